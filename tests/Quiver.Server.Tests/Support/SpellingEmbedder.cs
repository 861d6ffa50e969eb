using Quiver.Embedding;

namespace Quiver.Server.Tests.Support;

/// <summary>Gives each text a vector that tells which text it was: its length, and the number its first characters spell.</summary>
internal sealed class SpellingEmbedder : IEmbedder
{
    public string Name => "fake";

    public int Width => 2;

    public int MaxTokens => 8;

    /// <summary>Called before each computation, on the runner's thread.</summary>
    public Action<TokenizedInput> BeforeEach { get; init; } = _ => { };

    /// <summary>One token a character.</summary>
    public TokenizedInput Tokenize(string text) => FromTokenIds([.. text.Select(character => (int)character)]);

    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids) => new(ids[..Math.Min(ids.Length, MaxTokens)].ToArray(), null, ids.Length);

    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            BeforeEach(inputs[i]);
            vectors[2 * i] = inputs[i].FullLength;
            vectors[(2 * i) + 1] = inputs[i].Ids.Where(id => id is >= '0' and <= '9').Aggregate(0, (number, id) => (number * 10) + id - '0');
        }
    }
}
