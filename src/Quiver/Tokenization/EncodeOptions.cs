namespace Quiver.Tokenization;

/// <summary>Which text of a pair is cut when both together are too long.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer one, until both are equally long; then both.</summary>
    LongestFirst,

    OnlyFirst,

    OnlySecond,

    DoNotTruncate,
}

/// <summary>Which end of a text is cut off.</summary>
public enum TruncationSide { Right, Left }

/// <summary>How to fill up to a length.</summary>
/// <param name="Length">Ids to reach; 0 for as many as the text has.</param>
/// <param name="MultipleOf">Rounds <paramref name="Length"/> up to a multiple; 0 or 1 for none. A longer text stays as it is.</param>
public sealed record Padding(
    int Length, int MultipleOf = 0, TruncationSide Side = TruncationSide.Right, int Id = 0, int TypeId = 0, string Token = "[PAD]");

/// <summary>How <see cref="Tokenizer.Encode"/> treats a text.</summary>
public sealed record EncodeOptions
{
    /// <summary>Whether the model's special tokens are put around the text.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>The most ids, special tokens included; null for no limit.</summary>
    public int? MaxLength { get; init; }

    public TruncationStrategy Strategy { get; init; } = TruncationStrategy.LongestFirst;

    public TruncationSide Side { get; init; } = TruncationSide.Right;

    public Padding? Padding { get; init; }
}
