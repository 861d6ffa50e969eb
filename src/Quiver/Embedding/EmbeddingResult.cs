using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>Where the time of one request went. Inputs found in the cache cost none of it.</summary>
/// <param name="Tokenization">From texts to ids, all inputs together.</param>
/// <param name="Queue">From the queue to a runner: the longest wait of any input.</param>
/// <param name="Inference">On a runner: the longest of any input.</param>
public readonly record struct EmbeddingTimes(TimeSpan Tokenization, TimeSpan Queue, TimeSpan Inference);

/// <summary>The vectors of one request, in the order of its inputs.</summary>
public sealed class EmbeddingResult
{
    private readonly PreparedInputs _inputs;
    private readonly float[] _vectors;

    /// <param name="vectors">[valid inputs × dimensions], in their order.</param>
    internal EmbeddingResult(string model, PreparedInputs inputs, float[] vectors, int dimensions)
    {
        Model = model;
        Dimensions = dimensions;
        _inputs = inputs;
        _vectors = vectors;
        foreach (var input in inputs.Valid)
            TokenCount += input.Ids.Length;
    }

    /// <summary>The name the request asked for.</summary>
    public string Model { get; }

    public int Count => _inputs.Count;

    /// <summary>Elements of each vector.</summary>
    public int Dimensions { get; }

    /// <summary>Tokens that were embedded in all, special tokens included and cut ones not.</summary>
    public long TokenCount { get; }

    public EmbeddingTimes Times { get; init; }

    /// <summary>The vector of one input; empty where <see cref="Error"/> says why there is none.</summary>
    public ReadOnlySpan<float> Vector(int index) =>
        _inputs.Error(index) is null ? _vectors.AsSpan(_inputs.Position(index) * Dimensions, Dimensions) : [];

    /// <summary>Tokens of one input that were embedded, special tokens included; 0 where it has an error.</summary>
    public int Tokens(int index) => Error(index) is null ? _inputs.Input(index).Ids.Length : 0;

    /// <summary>Tokens of one input before anything was cut, special tokens included; 0 where it has an error.</summary>
    public int FullTokens(int index) => Error(index) is null ? _inputs.Input(index).FullLength : 0;

    public bool Truncated(int index) => Error(index) is null && _inputs.Input(index).Truncated;

    /// <summary>Whether the vector was found in the cache rather than computed for this request.</summary>
    public bool Cached(int index) => CachedInputs is { } cached && cached[index];

    /// <summary>Why an input has no vector, or null. Only where the request asked for <see cref="EmbeddingRequest.ErrorsPerInput"/>.</summary>
    public QuiverException? Error(int index) => _inputs.Error(index);

    internal bool[]? CachedInputs { get; init; }
}
