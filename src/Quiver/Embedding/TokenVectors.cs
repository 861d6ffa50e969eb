namespace Quiver.Embedding;

/// <summary>The last hidden states of the inputs of one request, in their order: one vector per token, special tokens included.</summary>
public sealed class TokenVectors
{
    private readonly RequestInputs _inputs;
    private readonly float[][] _vectors;

    /// <param name="vectors">One array per distinct input, in their order.</param>
    internal TokenVectors(string model, RequestInputs inputs, float[][] vectors, int width)
    {
        Model = model;
        Width = width;
        _inputs = inputs;
        _vectors = vectors;
    }

    /// <summary>The name the request asked for.</summary>
    public string Model { get; }

    /// <summary>Inputs.</summary>
    public int Count => _inputs.ByPosition.Count;

    /// <summary>Elements of each vector.</summary>
    public int Width { get; }

    public EmbeddingTimes Times { get; init; }

    /// <summary>The vectors of one input, [tokens × <see cref="Width"/>].</summary>
    public ReadOnlySpan<float> Vectors(int index) => _vectors[_inputs.ByPosition[index].Place];

    /// <summary>Tokens of one input that were embedded.</summary>
    public int Tokens(int index) => _inputs.ByPosition[index].Tokens.Embedded;

    /// <summary>Tokens of one input before anything was cut.</summary>
    public int FullTokens(int index) => _inputs.ByPosition[index].Tokens.Full;
}
