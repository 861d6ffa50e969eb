using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>What is derived from a base vector: its first elements, at unit length or as they are.</summary>
/// <remarks>The only place where vectors are cut and scaled, so that every answer derived from one base vector agrees.</remarks>
internal readonly record struct VectorForm(int Dimensions, bool Normalize)
{
    /// <summary>Writes the form of <paramref name="baseVector"/> into <paramref name="destination"/> ([Dimensions]). A zero vector stays zero.</summary>
    /// <returns>false if an element of the base vector is not finite: such a vector is never sent.</returns>
    public bool TryDerive(ReadOnlySpan<float> baseVector, Span<float> destination)
    {
        if (!double.IsFinite(UnitLength.SumOfSquares(baseVector)))
            return false;

        baseVector[..Dimensions].CopyTo(destination);
        if (Normalize)
            UnitLength.Normalize(destination);
        return true;
    }
}
