namespace Quiver.Encoding;

/// <summary>Texts of any lengths, one after another without padding.</summary>
public readonly ref struct TokenBatch
{
    /// <param name="ids">The token ids of all texts, concatenated.</param>
    /// <param name="lengths">How many of them each text has; at least 1. The sum is the number of ids.</param>
    /// <param name="typeIds">One segment id per token, or empty where all are 0.</param>
    /// <exception cref="ArgumentException">The lengths do not add up.</exception>
    public TokenBatch(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, ReadOnlySpan<int> typeIds = default)
    {
        var total = 0L;
        foreach (var length in lengths)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(length, 1, nameof(lengths));
            total += length;
        }

        if (total != ids.Length)
            throw new ArgumentException($"The lengths add up to {total} and there are {ids.Length} ids.", nameof(lengths));
        if (typeIds.Length != 0 && typeIds.Length != ids.Length)
            throw new ArgumentException($"{typeIds.Length} type ids for {ids.Length} ids.", nameof(typeIds));

        Ids = ids;
        Lengths = lengths;
        TypeIds = typeIds;
    }

    public ReadOnlySpan<int> Ids { get; }

    public ReadOnlySpan<int> Lengths { get; }

    public ReadOnlySpan<int> TypeIds { get; }
}
