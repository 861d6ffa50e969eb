using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding;

/// <summary>Division of a vector by its Euclidean length.</summary>
public static class UnitLength
{
    /// <summary>Scales a vector to length 1 in place, with the same bits on every machine; a zero vector stays zero.</summary>
    public static void Normalize(Span<float> vector)
    {
        var squares = SumOfSquares(vector);
        if (squares == 0)
            return;

        var length = Math.Sqrt(squares);
        for (var i = 0; i < vector.Length; i++)
            vector[i] = (float)(vector[i] / length);
    }

    /// <summary>
    /// In f64, where squares of floats are exact and cannot overflow, on 8 lanes and one fixed tree: finite exactly when every element is.
    /// </summary>
    /// <remarks>Compiled in full at its first call: loading a model calls it for each row of weights.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double SumOfSquares(ReadOnlySpan<float> vector)
    {
        var sum = Vector512<double>.Zero;
        var i = 0;
        for (; i + 8 <= vector.Length; i += 8)
        {
            var (low, high) = Vector256.Widen(Vector256.Create(vector.Slice(i, 8)));
            var wide = Vector512.Create(low, high);
            sum += wide * wide;
        }

        var four = sum.GetLower() + sum.GetUpper();
        var two = four.GetLower() + four.GetUpper();
        var total = two.GetElement(0) + two.GetElement(1);
        for (; i < vector.Length; i++)
            total += (double)vector[i] * vector[i];

        return total;
    }
}
