namespace Quiver.Tokenization;

/// <summary>A text, or a pair, as tokens. All lists have one entry per token.</summary>
public sealed class TokenizedText
{
    public required IReadOnlyList<int> Ids { get; init; }

    /// <summary>Which text of a pair a token belongs to, as the model counts them.</summary>
    public required IReadOnlyList<int> TypeIds { get; init; }

    /// <summary>The vocabulary's spelling of each token; for an unknown or added token what the text says, where the model's kind does so.</summary>
    public required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>Places in the text (for the second of a pair, in that one), in code points. Special tokens that were put in have [0, 0).</summary>
    public required IReadOnlyList<TokenOffset> Offsets { get; init; }

    /// <summary>The same places in UTF-16 units, as .NET strings count.</summary>
    public required IReadOnlyList<TokenOffset> Utf16Offsets { get; init; }

    /// <summary>True for tokens that were put in: special tokens and padding.</summary>
    public required IReadOnlyList<bool> SpecialTokensMask { get; init; }

    /// <summary>False for padding.</summary>
    public required IReadOnlyList<bool> AttentionMask { get; init; }

    /// <summary>How many ids there would be without truncation and padding.</summary>
    public required int FullLength { get; init; }
}
