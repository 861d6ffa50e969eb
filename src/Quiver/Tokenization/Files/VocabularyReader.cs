using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.Files;

/// <summary>Reads the "vocab" of a model.</summary>
internal static class VocabularyReader
{
    /// <summary>Far above any published vocabulary; tables by id stay within 64 MB.</summary>
    public const int LargestId = (1 << 24) - 1;

    /// <summary>A longer token could make a scan that is linear per character slow.</summary>
    public const int LongestToken = 4096;

    public static Vocabulary ReadMap(JsonMember json)
    {
        var tokens = new List<(byte[] Token, int Id)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<int>();
        foreach (var (token, value) in json.Members())
        {
            CheckLength(token, value);
            var id = value.Integer(0, LargestId);
            if (!seen.Add(token))
                throw value.Problem("is given twice");
            if (!ids.Add(id))
                throw value.Problem($"the id {id} belongs to another token");
            tokens.Add((System.Text.Encoding.UTF8.GetBytes(token), id));
        }

        return tokens.Count > 0 ? new Vocabulary(tokens) : throw json.Problem("is empty");
    }

    /// <summary>A list of [token, score], in order of id. A token given twice is found by its last id, as in the reference.</summary>
    public static (Vocabulary Vocabulary, double[] Scores) ReadScored(JsonMember json)
    {
        var tokens = new List<(byte[] Token, int Id)>(json.Count);
        var scores = new double[json.Count];
        foreach (var item in json.Items())
        {
            if (item.Count != 2)
                throw item.Problem("must be a token and its score");
            var pair = item.Items().ToArray();
            CheckLength(pair[0].Text(), pair[0]);
            scores[tokens.Count] = pair[1].Number();
            tokens.Add((System.Text.Encoding.UTF8.GetBytes(pair[0].Text()), tokens.Count));
        }

        return tokens.Count is > 0 and <= LargestId ? (new Vocabulary(tokens), scores) : throw json.Problem("is empty or too long");
    }

    public static void CheckLength(string token, JsonMember json)
    {
        if (token.Length > LongestToken)
            throw json.Problem($"is longer than {LongestToken} characters");
    }
}
