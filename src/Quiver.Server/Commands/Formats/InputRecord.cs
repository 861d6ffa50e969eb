namespace Quiver.Server.Commands.Formats;

/// <summary>One text of an input, and what a JSON line may say about it.</summary>
/// <param name="Index">The number of the text, from 0.</param>
/// <param name="Line">The line it stands on, from 1.</param>
internal sealed record InputRecord(long Index, long Line, string Text)
{
    /// <summary>The second text of a pair, as cross-encoders take them.</summary>
    public string? Pair { get; init; }

    /// <summary>The most tokens to keep, special tokens included.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Which text of a pair is cut: "longest_first", "only_first" or "only_second".</summary>
    public string? Strategy { get; init; }

    public bool AddSpecialTokens { get; init; } = true;
}
