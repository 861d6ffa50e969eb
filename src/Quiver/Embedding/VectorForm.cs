namespace Quiver.Embedding;

/// <summary>What is derived from a base vector: its first elements, at unit length or as they are.</summary>
/// <remarks>
/// The only place where vectors are cut and scaled, so that every answer derived from one base vector agrees. The bits do not depend on
/// the CPU: the product of two floats is exact in double, the four partial sums and their tree are fixed, and sqrt and division are
/// correctly rounded everywhere.
/// </remarks>
internal readonly record struct VectorForm(int Dimensions, bool Normalize)
{
    /// <summary>Writes the form of <paramref name="baseVector"/> into <paramref name="destination"/> ([Dimensions]). A zero vector stays zero.</summary>
    /// <returns>false if an element of the base vector is not finite: such a vector is never sent.</returns>
    public bool TryDerive(ReadOnlySpan<float> baseVector, Span<float> destination)
    {
        var kept = baseVector[..Dimensions];
        var squares = SumOfSquares(kept);
        if (!double.IsFinite(squares) || !double.IsFinite(SumOfSquares(baseVector[Dimensions..])))
            return false;

        if (!Normalize || squares == 0)
        {
            kept.CopyTo(destination);
            return true;
        }

        var length = Math.Sqrt(squares);
        for (var i = 0; i < kept.Length; i++)
            destination[i] = (float)(kept[i] / length);
        return true;
    }

    /// <summary>Finite exactly when every element is: squares of floats cannot overflow a double.</summary>
    private static double SumOfSquares(ReadOnlySpan<float> vector)
    {
        double a = 0, b = 0, c = 0, d = 0;
        var i = 0;
        for (; i <= vector.Length - 4; i += 4)
        {
            a += (double)vector[i] * vector[i];
            b += (double)vector[i + 1] * vector[i + 1];
            c += (double)vector[i + 2] * vector[i + 2];
            d += (double)vector[i + 3] * vector[i + 3];
        }

        for (; i < vector.Length; i++)
            a += (double)vector[i] * vector[i];
        return (a + b) + (c + d);
    }
}
