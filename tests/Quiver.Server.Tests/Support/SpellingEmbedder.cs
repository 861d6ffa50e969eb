using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tokenization;

namespace Quiver.Server.Tests.Support;

/// <summary>Gives each text a vector that tells which text it was: its length, and the number its first characters spell.</summary>
internal sealed class SpellingEmbedder : IEmbedder
{
    public string Name => "fake";

    public int Width => 2;

    public int MaxTokens => 8;

    public int SpecialTokens => 0;

    /// <summary>Called before each computation, on the runner's thread.</summary>
    public Action<TokenizedInput> BeforeEach { get; init; } = _ => { };

    public EmbeddingSpace Space { get; } = new(new string('0', 64), "mean", 2);

    public string Arithmetic => "f32";

    public IReadOnlyDictionary<string, string> Prompts { get; } = new Dictionary<string, string>();

    public string? DefaultPromptName => null;

    /// <summary>One token a character.</summary>
    public TokenizedInput Tokenize(string text, string? prompt = null, TruncationSide side = TruncationSide.Right) =>
        FromTokenIds([.. text.Select(character => (int)character)]);

    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids, bool complete = false, TruncationSide side = TruncationSide.Right) =>
        new(ids[..Math.Min(ids.Length, MaxTokens)].ToArray(), null, ids.Length);

    public IReadOnlyList<TokenizedInput> Windows(EmbeddingInput input, string prompt) => throw new NotSupportedException();

    public TokenizedText Inspect(string text, string? prompt = null, bool addSpecialTokens = true) => throw new NotSupportedException();

    public bool HasToken(int id) => id is >= 0 and <= char.MaxValue;

    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => string.Concat(ids.ToArray().Select(id => (char)id));

    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncodingHost? host = null)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            BeforeEach(inputs[i]);
            vectors[2 * i] = inputs[i].FullLength;
            vectors[(2 * i) + 1] = inputs[i].Ids.Where(id => id is >= '0' and <= '9').Aggregate(0, (number, id) => (number * 10) + id - '0');
        }
    }

    public int TokenWidth => 2;

    public void EmbedTokens(TokenizedInput input, Span<float> vectors, EncodingHost? host = null) => throw new NotSupportedException();
}
