using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "added_tokens" of a tokenizer.json.</summary>
internal static class AddedTokensReader
{
    public static IReadOnlyList<AddedToken> Read(JsonMember json, Vocabulary vocabulary)
    {
        if (json.IsNull)
            return [];
        var tokens = new List<AddedToken>();
        var contents = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var item in json.Items())
        {
            var token = ReadOne(item);
            VocabularyReader.CheckLength(token.Content, item["content"]);
            if (token.Content.Length == 0)
                throw item["content"].Problem("is empty");
            if (!contents.Add(token.Content))
                throw item["content"].Problem($"\"{token.Content}\" is given twice");
            if (!ids.Add(token.Id))
                throw item["id"].Problem($"{token.Id} belongs to another added token");
            if (vocabulary.Find(token.Content) is >= 0 and var id && id != token.Id)
                throw item["id"].Problem($"{token.Id}, but in the vocabulary \"{token.Content}\" has the id {id}");
            tokens.Add(token);
        }

        return tokens;
    }

    private static AddedToken ReadOne(JsonMember json)
    {
        json.AllowOnly("id", "content", "single_word", "lstrip", "rstrip", "normalized", "special");
        return new AddedToken(
            json["id"].Integer(0, VocabularyReader.LargestId),
            json["content"].Text(),
            SingleWord: json["single_word"].Flag(orElse: false),
            StripLeft: json["lstrip"].Flag(orElse: false),
            StripRight: json["rstrip"].Flag(orElse: false),
            Normalized: json["normalized"].Flag(orElse: true),
            Special: json["special"].Flag(orElse: false));
    }
}
