using System.Text.Json;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.Files;

/// <summary>Reads a BPE "model" of a tokenizer.json.</summary>
internal static class BpeReader
{
    public static Bpe Read(JsonMember json)
    {
        json.AllowOnly(
            "type", "vocab", "merges", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges");
        if (!json["dropout"].IsNull && json["dropout"].Number() != 0)
            throw json["dropout"].Problem("is for training: it would make ids random");

        var vocabulary = VocabularyReader.ReadMap(json["vocab"]);
        var options = new BpeOptions(
            ReadUnknown(json["unk_token"], vocabulary),
            FuseUnknown: json["fuse_unk"].Flag(orElse: false),
            ByteFallback: json["byte_fallback"].Flag(orElse: false),
            IgnoreMerges: json["ignore_merges"].Flag(orElse: false),
            Affix(json["continuing_subword_prefix"]),
            Affix(json["end_of_word_suffix"]));
        if (options.ByteFallback && (options.ContinuingPrefix.Length > 0 || options.EndSuffix.Length > 0))
            throw json["byte_fallback"].Problem("together with a subword prefix or suffix is not known to Quiver");

        var merges = new MergeTable(json["merges"].Count);
        var merged = new HashSet<int>();
        var rank = 0;
        foreach (var item in json["merges"].Items())
        {
            if (Split(item) is not var (left, right))
                continue;
            var id = Find(vocabulary, Join(left, right, options.ContinuingPrefix, item), item);
            merges.Set(Find(vocabulary, left, item), Find(vocabulary, right, item), rank++, id);
            merged.Add(id);
        }

        return new Bpe(vocabulary, merges, merged, options);
    }

    /// <summary>"a b" or ["a", "b"]; null for the version line of an old merges file.</summary>
    private static (string Left, string Right)? Split(JsonMember item)
    {
        if (item.Kind == JsonValueKind.Array)
        {
            var pair = item.Items().ToArray();
            return pair.Length == 2 ? (pair[0].Text(), pair[1].Text()) : throw item.Problem("must be two tokens");
        }

        var text = item.Text();
        if (text.StartsWith("#version", StringComparison.Ordinal))
            return null;
        var parts = text.Split(' ');
        return parts.Length == 2 ? (parts[0], parts[1]) : throw item.Problem("must be two tokens with a space between");
    }

    private static string Join(string left, string right, byte[] prefix, JsonMember item)
    {
        if (prefix.Length == 0)
            return left + right;
        var prefixText = System.Text.Encoding.UTF8.GetString(prefix);
        return right.Length >= prefixText.Length ? left + right[prefixText.Length..] : throw item.Problem("lacks the subword prefix");
    }

    private static int Find(Vocabulary vocabulary, string token, JsonMember item) =>
        vocabulary.Find(token) is >= 0 and var id ? id : throw item.Problem($"\"{token}\" is not in the vocabulary");

    private static int ReadUnknown(JsonMember json, Vocabulary vocabulary) => json.IsNull ? -1 : Find(vocabulary, json.Text(), json);

    private static byte[] Affix(JsonMember json)
    {
        var text = json.Text("");
        VocabularyReader.CheckLength(text, json);
        return System.Text.Encoding.UTF8.GetBytes(text);
    }
}
