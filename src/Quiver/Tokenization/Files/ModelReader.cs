using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "model" of a tokenizer.json.</summary>
internal static class ModelReader
{
    public static SubwordModel Read(JsonMember json)
    {
        switch (TypeOf(json))
        {
            case "WordPiece":
                json.AllowOnly("type", "vocab", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word");
                var words = VocabularyReader.ReadMap(json["vocab"]);
                return new WordPiece(
                    words, ReadUnknown(json, words), Utf8(json["continuing_subword_prefix"].Text("##")),
                    json["max_input_chars_per_word"].IsNull ? 100 : json["max_input_chars_per_word"].Integer(1, int.MaxValue));
            case "WordLevel":
                json.AllowOnly("type", "vocab", "unk_token");
                var vocabulary = VocabularyReader.ReadMap(json["vocab"]);
                return new WordLevel(vocabulary, ReadUnknown(json, vocabulary));
            case "Unigram":
                json.AllowOnly("type", "vocab", "unk_id", "byte_fallback");
                var (pieces, scores) = VocabularyReader.ReadScored(json["vocab"]);
                return new Unigram(
                    pieces, scores, json["unk_id"].Integer(0, pieces.Count - 1), json["byte_fallback"].Flag(orElse: false));
            case "BPE":
                return BpeReader.Read(json);
            case var type:
                throw json["type"].Problem($"\"{type}\" is not a model Quiver knows");
        }
    }

    /// <summary>Files of old versions leave the type out; the members then tell.</summary>
    private static string TypeOf(JsonMember json)
    {
        if (!json["type"].IsNull)
            return json["type"].Text();
        if (!json["merges"].IsNull)
            return "BPE";
        if (!json["unk_id"].IsNull)
            return "Unigram";
        return json["continuing_subword_prefix"].IsNull ? "WordLevel" : "WordPiece";
    }

    private static int ReadUnknown(JsonMember json, Vocabulary vocabulary)
    {
        var token = json["unk_token"].Text();
        return vocabulary.Find(token) is >= 0 and var id ? id : throw json["unk_token"].Problem($"\"{token}\" is not in the vocabulary");
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
