using Quiver.Diagnostics;
using Quiver.Embedding;

namespace Quiver.Tests.Support;

/// <summary>A stand-in for a model: a word is a token and a vector follows from the words alone, at no cost; <see cref="OnEmbed"/> lets a test hold or break a runner.</summary>
internal sealed class WordEmbedder(string name = "fake", int width = 8, int maxTokens = 32) : IEmbedder
{
    public const int VocabularySize = 1000;

    private const int Start = 1, End = 2;

    public string Name => name;

    public int Width => width;

    public int MaxTokens => maxTokens;

    /// <summary>Called on the runner's thread with the inputs of each unit, before their vectors are made.</summary>
    public Action<TokenizedInput[]> OnEmbed { get; set; } = _ => { };

    /// <summary>Called with each text before it is tokenized, on the caller's thread.</summary>
    public Action<string> OnTokenize { get; set; } = _ => { };

    /// <summary>Without them a text of no words has no tokens, as in models of only a vocabulary.</summary>
    public bool AddsSpecialTokens { get; init; } = true;

    /// <summary>Every vector is multiplied by it.</summary>
    public float Scale { get; set; } = 1;

    public TokenizedInput Tokenize(string text)
    {
        OnTokenize(text);
        return Wrap(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => 3 + (int)(Hash(word) % (VocabularySize - 3))).ToArray());
    }

    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            if ((uint)id >= VocabularySize)
                throw new QuiverException(ErrorKind.InvalidInput, $"Token {id} is not in the vocabulary.");
        }

        return Wrap(ids.ToArray());
    }

    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors)
    {
        OnEmbed(inputs.ToArray());
        for (var i = 0; i < inputs.Length; i++)
            VectorOf(inputs[i]).CopyTo(vectors[(i * width)..]);
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

    private TokenizedInput Wrap(int[] content)
    {
        if (!AddsSpecialTokens)
            return new TokenizedInput(content, null, content.Length);
        int[] ids = [Start, .. content.Take(maxTokens - 2), End];
        return new TokenizedInput(ids, null, content.Length + 2);
    }

    private static uint Hash(string text)
    {
        var hash = 2166136261;
        foreach (var c in text)
            hash = (hash ^ c) * 16777619;
        return hash;
    }
}
