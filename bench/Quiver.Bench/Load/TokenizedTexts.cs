using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>Texts of one call as the encoder takes them: ids one after another.</summary>
internal sealed record TokenizedTexts(int[] Ids, int[] Lengths)
{
    public TokenBatch Batch => new(Ids, Lengths);

    public static TokenizedTexts Of(params IReadOnlyList<int[]> texts) => new([.. texts.SelectMany(ids => ids)], [.. texts.Select(ids => ids.Length)]);

    /// <summary>Cuts texts, in order, into calls of at most so many texts, and so many tokens unless one text alone has more.</summary>
    public static IReadOnlyList<TokenizedTexts> Cut(IEnumerable<int[]> texts, int mostTexts, int mostTokens)
    {
        var calls = new List<TokenizedTexts>();
        var open = new List<int[]>();
        foreach (var text in texts)
        {
            if (open.Count > 0 && (open.Count == mostTexts || open.Sum(ids => ids.Length) + text.Length > mostTokens))
            {
                calls.Add(Of(open));
                open.Clear();
            }

            open.Add(text);
        }

        if (open.Count > 0)
            calls.Add(Of(open));
        return calls;
    }
}
