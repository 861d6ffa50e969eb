namespace Quiver.Encoding;

/// <summary>The arithmetic of the matrix products in the managed encoder. Both give one vector space.</summary>
public enum Precision
{
    /// <summary>Weights and activations as 13-bit integers with a scale per output channel and per row. The default.</summary>
    Int16,

    /// <summary>IEEE single precision throughout: the reference.</summary>
    F32,
}
