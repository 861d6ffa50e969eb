namespace Quiver.Embedding;

/// <summary>An input after tokenization: one sequence of tokens, or the windows of a long text whose vectors are averaged.</summary>
/// <param name="Windows">None empty; at least one, unless it is <see cref="Untokenized"/>.</param>
/// <param name="FullTokens">Tokens of the whole input before anything was cut, special tokens included.</param>
internal sealed record PreparedInput(IReadOnlyList<TokenizedInput> Windows, int FullTokens)
{
    /// <summary>Tokens to embed: of all windows, each with its special tokens and prompt.</summary>
    public int Tokens { get; } = Windows.Sum(window => window.Ids.Length);

    /// <summary>A text whose tokens are another's business: it has no windows, and counts no tokens.</summary>
    public static PreparedInput Untokenized { get; } = new([], 0);

    public static PreparedInput Of(TokenizedInput input) => new([input], input.FullLength);
}
