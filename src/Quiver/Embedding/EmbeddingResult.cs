namespace Quiver.Embedding;

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

    public ReadOnlySpan<float> Vector(int index) => _vectors.AsSpan(index * Dimensions, Dimensions);

    /// <summary>Tokens of one input that were embedded, special tokens included.</summary>
    public int Tokens(int index) => _inputs[index].Ids.Length;

    public bool Truncated(int index) => _inputs[index].Truncated;
}
