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
        var largest = -1;
        foreach (var item in json.Items())
        {
            var token = ReadOne(item);
            VocabularyReader.CheckLength(token.Content, item["content"]);
            if (token.Content.Length == 0)
                throw item["content"].Problem("is empty");
            if (!contents.Add(token.Content))
                throw item["content"].Problem($"\"{token.Content}\" is given twice");
            CheckId(token, vocabulary, largest, item["id"]);
            largest = Math.Max(largest, token.Id);
            tokens.Add(token);
        }

        return tokens;
    }

    /// <summary>
    /// The reference does not read these ids: it takes the vocabulary's, or else counts on from its size. A file that says otherwise
    /// would give other ids there than it says, so it is refused.
    /// </summary>
    /// <param name="largest">The largest id of the added tokens before this one.</param>
    private static void CheckId(AddedToken token, Vocabulary vocabulary, int largest, JsonMember json)
    {
        var known = vocabulary.Find(token.Content);
        if (known >= 0 && known != token.Id)
            throw json.Problem($"{token.Id}, but in the vocabulary \"{token.Content}\" has the id {known}");
        if (known >= 0)
            return;
        var next = Math.Max(largest + 1, vocabulary.Count);
        if (token.Id != next)
            throw json.Problem($"{token.Id}, but \"{token.Content}\" is the next behind the vocabulary and gets {next}");
        if (vocabulary.Contains(next))
            throw json.Problem($"{next} belongs to \"{vocabulary.TokenOf(next)}\" in the vocabulary");
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
