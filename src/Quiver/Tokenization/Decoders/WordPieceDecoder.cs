using System.Text;

namespace Quiver.Tokenization.Decoders;

/// <summary>Joins the insides of words and puts spaces between words.</summary>
/// <param name="cleansUp">Whether spaces before punctuation and in English contractions go.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleansUp) : Decoder
{
    // The reference's own list, in its order: each replacement sees what the one before left.
    private static readonly (string From, string To)[] CleanUps =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"), (" do not", " don't"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            if (i > 0)
                part = part.StartsWith(prefix, StringComparison.Ordinal) ? part[prefix.Length..] : " " + part;
            result.Add(cleansUp ? CleanUp(part) : part);
        }

        return result;
    }

    private static string CleanUp(string part)
    {
        var builder = new StringBuilder(part);
        foreach (var (from, to) in CleanUps)
            builder.Replace(from, to);
        return builder.ToString();
    }
}
