namespace Quiver.Tokenization.Subwords;

/// <summary>
/// Pairs of characters between which no merge can happen: every merge makes a token, so two known characters that stand side by side in
/// no merged token stay apart. Cutting there changes nothing but the cost: a whole text without pre-tokenization falls into words.
/// </summary>
internal sealed class MergeBarriers
{
    private readonly HashSet<long> _neighbours = [];

    /// <param name="mergedTokens">Every token that a merge makes.</param>
    public MergeBarriers(IEnumerable<string> mergedTokens)
    {
        foreach (var token in mergedTokens)
        {
            var previous = -1;
            foreach (var rune in token.EnumerateRunes())
            {
                if (previous >= 0)
                    _neighbours.Add(Pair(previous, rune.Value));
                previous = rune.Value;
            }
        }
    }

    public bool Separate(int left, int right) => !_neighbours.Contains(Pair(left, right));

    private static long Pair(int left, int right) => (long)left << 32 | (uint)right;
}
