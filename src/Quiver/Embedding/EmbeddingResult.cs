using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>Where the time of one request went. Inputs found in the cache cost none of it.</summary>
/// <param name="Tokenization">From texts to ids, all inputs together.</param>
/// <param name="Queue">From the queue to a runner: the longest wait of any input.</param>
/// <param name="Inference">On the runners, until the last vector was there.</param>
public readonly record struct EmbeddingTimes(TimeSpan Tokenization, TimeSpan Queue, TimeSpan Inference);

/// <summary>The vectors of one request, in the order of its inputs.</summary>
public sealed class EmbeddingResult
{
    private readonly TokenizedInput[] _inputs;
    private readonly float[] _vectors;

    internal EmbeddingResult(string model, TokenizedInput[] inputs, float[] vectors, int dimensions)
    {
        Model = model;
        Dimensions = dimensions;
        _inputs = inputs;
        _vectors = vectors;
        foreach (var input in inputs)
            TokenCount += input.Ids.Length;
    }

    /// <summary>The name the request asked for.</summary>
    public string Model { get; }

    public int Count => _inputs.Length;

    /// <summary>Elements of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>Tokens that were embedded in all, special tokens included and cut ones not.</summary>
    public long TokenCount { get; }

    public EmbeddingTimes Times { get; init; }

    /// <summary>The vector of one input; empty where <see cref="Error"/> says why there is none.</summary>
    public ReadOnlySpan<float> Vector(int index) => _vectors.AsSpan(index * Dimensions, Dimensions);

    /// <summary>Tokens of one input that were embedded, special tokens included.</summary>
    public int Tokens(int index) => _inputs[index].Ids.Length;

    /// <summary>Tokens of one input before anything was cut, special tokens included.</summary>
    public int FullTokens(int index) => _inputs[index].FullLength;

    public bool Truncated(int index) => _inputs[index].Truncated;

    /// <summary>Whether the vector was found in the cache rather than computed for this request.</summary>
    public bool Cached(int index) => CachedInputs is { } cached && cached[index];

    /// <summary>Why an input has no vector, or null. Only where the request asked for <see cref="EmbeddingRequest.ErrorsPerInput"/>.</summary>
    public QuiverException? Error(int index) => Errors?[index];

    internal bool[]? CachedInputs { get; init; }

    internal QuiverException?[]? Errors { get; init; }
}
