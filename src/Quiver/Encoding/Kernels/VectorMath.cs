using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>Elementary functions and reductions on 16 lanes, with the same bits on every machine.</summary>
/// <remarks>
/// Everything is built from operations that IEEE 754 defines exactly (add, multiply, fused multiply-add, divide, compare) in a
/// fixed order. The runtime's own <c>Vector512.Exp</c>, <c>Vector512.Sum</c> and <c>MathF</c> promise neither.
/// Polynomials are weighted minimax fits; the errors stated are the largest over all f32 in the stated range and are tested.
/// </remarks>
internal static class VectorMath
{
    public const int Lanes = 16;

    /// <summary>Adding and subtracting 1.5·2²³ rounds |x| ≤ 2²² to the nearest integer, ties to even.</summary>
    private const float RoundingMagic = 12582912f;

    /// <summary>Below this, e^x is under the smallest normal f32 and counts as zero.</summary>
    private const float SmallestExponent = -87.33654f;

    /// <summary>Up to here, 2ⁿ is finite.</summary>
    private const float LargestExponent = 88.02f;

    /// <summary>Where half an erfc has fallen under 2·10⁻⁸ and <see cref="Gelu"/> takes it as zero.</summary>
    private const float ErfcEnd = 5.5f;

    /// <summary>16 set lanes, then 16 clear ones: loading from the middle gives any mask.</summary>
    private static ReadOnlySpan<int> LaneMask =>
    [
        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>The next multiple of 16.</summary>
    public static int RoundUp(int count) => (count + Lanes - 1) / Lanes * Lanes;

    /// <summary>The sum of 16 lanes: lane i with lane i+8, then i+4, i+2, i+1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector512<float> x)
    {
        var eight = x.GetLower() + x.GetUpper();
        var four = eight.GetLower() + eight.GetUpper();
        var two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two.GetElement(0) + two.GetElement(1);
    }

    /// <summary>The largest of 16 lanes; NaN lanes are not looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector512<float> x)
    {
        var eight = Larger(x.GetLower(), x.GetUpper());
        var four = Larger(eight.GetLower(), eight.GetUpper());
        var two = Larger(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return two.GetElement(0) > two.GetElement(1) ? two.GetElement(0) : two.GetElement(1);
    }

    /// <summary>The larger of each lane, the second where they do not compare.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Larger(Vector512<float> x, Vector512<float> y) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(x, y), x, y);

    /// <summary>Lanes 0 … count−1 set, the rest clear.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> FirstLanes(int count) =>
        Vector512.LoadUnsafe(in MemoryMarshal.GetReference(LaneMask), (nuint)(Lanes - count)).AsSingle();

    /// <summary>e^x. Relative error ≤ 1.5·10⁻⁷; 0 below −87.34; x above 88.02 is taken as 88.02 (NaN stays NaN).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var largest = Vector512.Create(LargestExponent);
        return ExpOfAtMost88(Vector512.ConditionalSelect(Vector512.GreaterThan(x, largest), largest, x));
    }

    /// <summary><see cref="Exp"/> for callers that know x to be at most 88, as softmax does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> ExpOfAtMost88(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(SmallestExponent)), Vector512<float>.Zero, ExpWithinRange(x));

    /// <summary>GELU with the error function, x·Φ(x) (Hendrycks and Gimpel, arXiv:1606.08415). Absolute error ≤ 2·10⁻⁷·max(1, |x|).</summary>
    /// <remarks>
    /// Φ comes from the complement: ½·erfc(t/√2) = ½·e^Q(t) with t = |x| and Q a polynomial fitted to ln erfc(t/√2) on [0, 5.5].
    /// So the negative side keeps its relative accuracy, where ½·(1 + erf) would cancel.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Gelu(Vector512<float> x)
    {
        var t = Vector512.Abs(x);
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(2.5417077e-07f), t, Vector512.Create(-5.1056867e-06f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(4.2554886e-05f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.00016588218f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-4.9954942e-05f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(0.0048736725f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.036391392f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.31829122f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(-0.79788756f));
        q = Vector512.FusedMultiplyAdd(q, t, Vector512.Create(1.5842278e-07f));

        // Past 5.5 the polynomial means nothing; the comparison drops whatever it gave.
        var half = ExpWithinRange(q) * Vector512.Create(0.5f);
        half = Vector512.ConditionalSelect(Vector512.GreaterThan(t, Vector512.Create(ErfcEnd)), Vector512<float>.Zero, half);
        var phi = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), half, Vector512<float>.One - half);
        return x * phi;
    }

    /// <summary>The tanh approximation of GELU ("gelu_new", "gelu_pytorch_tanh"): x·σ(2u), u = √(2/π)·(x + 0.044715·x³).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> GeluTanh(Vector512<float> x)
    {
        var inner = Vector512.FusedMultiplyAdd(x * x, Vector512.Create(0.044715f), Vector512<float>.One);
        var u = x * inner * Vector512.Create(-1.59576912f);
        return x / (Vector512<float>.One + Exp(u));
    }

    /// <summary>x·σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Silu(Vector512<float> x) => x / (Vector512<float>.One + Exp(-x));

    /// <summary>1 / (1 + e⁻ˣ). Absolute error ≤ 2·10⁻⁷.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Exp(-x));

    /// <summary>x where positive, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Relu(Vector512<float> x) =>
        Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512<float>.Zero), Vector512<float>.Zero, x);

    /// <summary>Hyperbolic tangent. Absolute error ≤ 2·10⁻⁷.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Tanh(Vector512<float> x)
    {
        var e = Exp(Vector512.Abs(x) * Vector512.Create(-2f));
        return Vector512.CopySign((Vector512<float>.One - e) / (Vector512<float>.One + e), x);
    }

    /// <summary>e^x for −87.34 ≤ x ≤ 88.02, anything at all outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ExpWithinRange(Vector512<float> x)
    {
        // x = n·ln 2 + r with |r| ≤ ln 2 / 2; ln 2 in two parts so that r keeps its low bits.
        var magic = Vector512.Create(RoundingMagic);
        var shifted = Vector512.FusedMultiplyAdd(x, Vector512.Create(1.44269504f), magic);
        var n = shifted - magic;
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145752f), x);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.42860677e-6f), r);

        // e^r = 1 + r + r²·q(r)
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(0.0013950488f), r, Vector512.Create(0.00836889f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.041666206f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.16666518f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.5f));
        var power = Vector512.FusedMultiplyAdd(q, r * r, r) + Vector512<float>.One;

        // · 2ⁿ: the low bits of the shifted sum are n. A product, not a sum of exponents, so that NaN stays NaN.
        var scale = Vector512.ShiftLeft(shifted.AsInt32() + Vector512.Create(127), 23).AsSingle();
        return power * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Larger(Vector256<float> x, Vector256<float> y) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(x, y), x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Larger(Vector128<float> x, Vector128<float> y) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(x, y), x, y);
}
