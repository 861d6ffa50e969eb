namespace Quiver.Encoding;

/// <summary>What a linear map's output goes through, element by element.</summary>
internal enum Activation
{
    None,

    /// <summary>GELU with the error function.</summary>
    Gelu,

    /// <summary>GELU's tanh approximation: "gelu_new", "gelu_pytorch_tanh", "gelu_fast".</summary>
    GeluTanh,
    Relu,
    Silu,
    Tanh,

    /// <summary>1 / (1 + e⁻ˣ): the only one that does not map 0 to 0, so whoever uses it clears the padding of its rows.</summary>
    Sigmoid,
}
