using System.Security.Cryptography;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tokenization;

namespace Quiver.Tests.Support;

/// <summary>A stand-in for a model: a word is a token and a vector follows from the words alone, at no cost; <see cref="OnEmbed"/> lets a test hold or break a runner.</summary>
internal sealed class WordEmbedder(string name = "fake", int width = 8, int maxTokens = 32) : IEmbedder
{
    public const int VocabularySize = 1000;

    private const int Start = 1, End = 2;

    public string Name => name;

    public int Width => width;

    public int MaxTokens => maxTokens;

    public int SpecialTokens => AddsSpecialTokens ? 2 : 0;

    public EmbeddingSpace Space { get; } = new(Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))), "mean", width);

    public string Arithmetic => "f32";

    public bool IsLocal { get; init; } = true;

    public IReadOnlyDictionary<string, string> Prompts { get; init; } = new Dictionary<string, string>();

    public string? DefaultPromptName { get; init; }

    /// <summary>Called on the runner's thread with the inputs of each unit, before their vectors are made.</summary>
    public Action<TokenizedInput[]> OnEmbed { get; set; } = _ => { };

    /// <summary>Called after <see cref="OnEmbed"/>, with whom the run may let in.</summary>
    public Action<TokenizedInput[], EncodingHost?> OnRun { get; set; } = (_, _) => { };

    /// <summary>Called with each text before it is tokenized, on the caller's thread.</summary>
    public Action<string> OnTokenize { get; set; } = _ => { };

    /// <summary>Called with each text's tokens, on the caller's thread.</summary>
    public Action<string, TokenizedInput> OnTokenized { get; set; } = (_, _) => { };

    /// <summary>Called with each vector before it is handed out, to spoil it.</summary>
    public Action<float[]> OnVector { get; set; } = _ => { };

    /// <summary>Whether it forgets to write the last element of each vector.</summary>
    public bool SkipsLastElement { get; set; }

    /// <summary>Without them a text of no words has no tokens, as in models of only a vocabulary.</summary>
    public bool AddsSpecialTokens { get; init; } = true;

    /// <summary>Every vector is multiplied by it.</summary>
    public float Scale { get; set; } = 1;

    public TokenizedInput Tokenize(string text, string? prompt = null, TruncationSide side = TruncationSide.Right)
    {
        OnTokenize(text);
        var input = Wrap([.. WordsOf(text, prompt).Select(IdOf)], side);
        OnTokenized(text, input);
        return input;
    }

    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids, bool complete = false, TruncationSide side = TruncationSide.Right)
    {
        foreach (var id in ids)
        {
            if (!HasToken(id))
                throw new QuiverException(ErrorKind.InvalidInput, $"Token {id} is not in the vocabulary.");
        }

        return complete ? new TokenizedInput(Cut(ids.ToArray(), maxTokens, side), null, ids.Length) : Wrap(ids.ToArray(), side);
    }

    public IReadOnlyList<TokenizedInput> Windows(EmbeddingInput input, string prompt)
    {
        int[] front = [.. input.TokenIds is null ? WordsOf("", prompt).Select(IdOf) : []];
        var content = input.TokenIds ?? [.. WordsOf(input.Text!, "").Select(IdOf)];
        return [.. content.Chunk(maxTokens - 2 - front.Length).Select(window => Wrap([.. front, .. window], TruncationSide.Right))];
    }

    /// <summary>Without special tokens and places: the words.</summary>
    public TokenizedText Inspect(string text, string? prompt = null, bool addSpecialTokens = true)
    {
        var words = WordsOf(text, prompt);
        var nowhere = new TokenOffset[words.Length];
        return new TokenizedText
        {
            Ids = [.. words.Select(IdOf)],
            TypeIds = new int[words.Length],
            Tokens = words,
            Offsets = nowhere,
            Utf16Offsets = nowhere,
            SpecialTokensMask = new bool[words.Length],
            AttentionMask = [.. words.Select(_ => true)],
            FullLength = words.Length,
        };
    }

    public bool HasToken(int id) => (uint)id < VocabularySize;

    /// <summary>The ids themselves, spelled out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) =>
        string.Join(' ', ids.ToArray().Where(id => !skipSpecialTokens || id is not (Start or End)));

    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncodingHost? host = null)
    {
        OnEmbed(inputs.ToArray());
        OnRun(inputs.ToArray(), host);
        for (var i = 0; i < inputs.Length; i++)
        {
            var vector = VectorOf(inputs[i]);
            OnVector(vector);
            vector.AsSpan(0, SkipsLastElement ? width - 1 : width).CopyTo(vectors[(i * width)..]);
        }
    }

    public int TokenWidth => width;

    public void EmbedTokens(TokenizedInput input, Span<float> vectors, EncodingHost? host = null)
    {
        OnEmbed([input]);
        OnRun([input], host);
        EmbedTokensOf(input, vectors);
    }

    /// <summary>Each token's vector is that of a text of this token alone.</summary>
    public void EmbedTokensOf(TokenizedInput input, Span<float> vectors)
    {
        for (var i = 0; i < input.Ids.Length; i++)
            VectorOf(new TokenizedInput([input.Ids[i]], null, 1)).CopyTo(vectors[(i * width)..]);
    }

    /// <summary>The base vector of an input: what a service must give back, whatever else it computes.</summary>
    public float[] VectorOf(TokenizedInput input)
    {
        var vector = new float[width];
        for (var i = 0; i < width; i++)
            vector[i] = ((Hash(string.Join(',', input.Ids) + '/' + i) % 20001) - 10000f) / 5000 * Scale;
        return vector;
    }

    /// <summary>What a service must answer by default: the base vector's first elements, at unit length.</summary>
    public float[] UnitVectorOf(TokenizedInput input, int? dimensions = null)
    {
        var kept = VectorOf(input)[..(dimensions ?? width)];
        var length = Math.Sqrt(kept.Sum(x => (double)x * x));
        return [.. kept.Select(x => (float)(x / length))];
    }

    public float[] UnitVectorOf(string text, int? dimensions = null) => UnitVectorOf(Tokenize(text), dimensions);

    public static int IdOf(string word) => 3 + (int)(Hash(word) % (VocabularySize - 3));

    private string[] WordsOf(string text, string? prompt)
    {
        prompt ??= DefaultPromptName is null ? "" : Prompts[DefaultPromptName];
        return (prompt + text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private TokenizedInput Wrap(int[] content, TruncationSide side)
    {
        if (!AddsSpecialTokens)
            return new TokenizedInput(content, null, content.Length);
        int[] ids = [Start, .. Cut(content, maxTokens - 2, side), End];
        return new TokenizedInput(ids, null, content.Length + 2);
    }

    private static int[] Cut(int[] ids, int limit, TruncationSide side) =>
        ids.Length <= limit ? ids : side == TruncationSide.Right ? ids[..limit] : ids[^limit..];

    private static uint Hash(string text)
    {
        var hash = 2166136261;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        return hash;
    }
}
