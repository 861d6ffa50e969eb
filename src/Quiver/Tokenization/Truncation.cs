namespace Quiver.Tokenization;

/// <summary>Cuts one or two sequences to a number of tokens in all.</summary>
internal static class Truncation
{
    /// <param name="room">Tokens that both may have together.</param>
    /// <exception cref="ArgumentException">The one sequence that the strategy cuts is missing or too short.</exception>
    public static void Apply(TokenSequence first, TokenSequence? second, int room, EncodeOptions options)
    {
        var excess = first.Count + (second?.Count ?? 0) - room;
        if (excess <= 0)
            return;
        switch (options.Strategy)
        {
            case TruncationStrategy.LongestFirst when second is null:
                first.Truncate(room, options.Side);
                break;
            case TruncationStrategy.LongestFirst:
                var (firstCount, secondCount) = Share(first.Count, second.Count, room);
                first.Truncate(firstCount, options.Side);
                second.Truncate(secondCount, options.Side);
                break;
            case TruncationStrategy.OnlyFirst:
                TruncateOne(first, excess, options.Side);
                break;
            case TruncationStrategy.OnlySecond:
                TruncateOne(second ?? throw new ArgumentException("There is no second text to cut.", nameof(options)), excess, options.Side);
                break;
        }
    }

    /// <summary>The shorter keeps all it has up to half; of an odd number the longer gets one more.</summary>
    private static (int First, int Second) Share(int first, int second, int room)
    {
        var shorter = Math.Min(first, second);
        var longer = Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
            (shorter, longer) = (room / 2, room / 2 + room % 2);
        return first > second ? (longer, shorter) : (shorter, longer);
    }

    private static void TruncateOne(TokenSequence sequence, int excess, TruncationSide side)
    {
        if (sequence.Count <= excess)
            throw new ArgumentException("The text that may be cut is too short to make room.", nameof(sequence));
        sequence.Truncate(sequence.Count - excess, side);
    }
}
