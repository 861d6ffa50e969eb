using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>Symmetric quantization to ±4095 with one scale per row: x ≈ q · scale, q rounded to nearest, ties to even.</summary>
internal static unsafe class Quantization
{
    /// <summary>Adding 1.5·2²³ puts the rounded integer into the low bits of the sum, exactly, for |x| ≤ 2²².</summary>
    private const float RoundingMagic = 12582912f;

    /// <summary>Rows this small are zero: their factor would overflow.</summary>
    private const float SmallestRow = 1e-30f;

    /// <summary>
    /// What one unit is worth in a row whose largest magnitude is <paramref name="largest"/>. Not finite where the row holds a NaN or an
    /// infinity: no result of such a row is finite then, as in f32, and never a vector that looks right and is wrong.
    /// </summary>
    private static float Scale(float largest) => largest < SmallestRow ? 0 : largest / PackedMatrix.LargestInteger;

    /// <summary>What a row is multiplied with before rounding.</summary>
    private static float Factor(float largest) => largest < SmallestRow ? 0 : PackedMatrix.LargestInteger / largest;

    /// <summary>Quantizes rows; each has its own scale, so a row's integers do not depend on its neighbours.</summary>
    /// <param name="x">First row, padded with zeros to whole vectors of 32.</param>
    /// <param name="stride">Elements from one row to the next, in <paramref name="x"/> and in <paramref name="q"/>: a multiple of 32.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="q">Where the integers go: each row may take the first half of its own floats' room.</param>
    /// <param name="scales">Where each row's scale goes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void QuantizeRows(float* x, int stride, int rows, short* q, float* scales)
    {
        for (var row = 0; row < rows; row++, x += stride, q += stride)
        {
            var largest = LargestMagnitude(x, stride);
            scales[row] = Scale(largest);
            var factor = Vector512.Create(Factor(largest));
            for (var i = 0; i < stride; i += 32)
            {
                var (first, second) = (Integers(x + i, factor), Integers(x + i + 16, factor));
                Vector256.Narrow(first.GetLower(), first.GetUpper()).Store(q + i);
                Vector256.Narrow(second.GetLower(), second.GetUpper()).Store(q + i + 16);
            }
        }
    }

    /// <summary>Compared as integers, magnitudes keep their order, and infinities and NaN come out on top.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float LargestMagnitude(float* x, int count)
    {
        var first = Vector512<int>.Zero;
        var second = Vector512<int>.Zero;
        var magnitude = Vector512.Create(int.MaxValue);
        for (var i = 0; i < count; i += 32)
        {
            first = Vector512.Max(Vector512.Load((int*)x + i) & magnitude, first);
            second = Vector512.Max(Vector512.Load((int*)x + i + 16) & magnitude, second);
        }

        first = Vector512.Max(first, second);
        var eight = Vector256.Max(first.GetLower(), first.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        var two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return BitConverter.Int32BitsToSingle(Math.Max(two.GetElement(0), two.GetElement(1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Integers(float* x, Vector512<float> factor)
    {
        var magic = Vector512.Create(RoundingMagic);
        var integers = (Vector512.Load(x) * factor + magic).AsInt32() - magic.AsInt32();
        var limit = Vector512.Create(PackedMatrix.LargestInteger);
        return Vector512.Max(Vector512.Min(integers, limit), -limit);
    }
}
