namespace Quiver.Tokenization;

/// <summary>The part [Start, End) of a text that a token stands for; [0, 0) for one that stands for none. The unit is the member's.</summary>
public readonly record struct TokenOffset(int Start, int End);
