using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Quiver.Bench.Measurement;

namespace Quiver.Bench.Micro;

/// <summary>
/// What a core can do at most: multiply-adds on registers only, with enough independent accumulators to hide their latency. One call is
/// <see cref="Rounds"/> rounds.
/// </summary>
/// <remarks>
/// Sixteen named locals, because the JIT keeps named vector locals in registers and arrays of them in memory. Each product depends on
/// its own accumulator, so that nothing can be hoisted out of the loop.
/// </remarks>
internal static class CpuPeak
{
    public const int Rounds = 20_000;

    private const int Accumulators = 16;

    /// <summary>Operations of one call, a multiply-add counting as two.</summary>
    public static double F32Operations(int vectorBits) => 2.0 * Rounds * Accumulators * (vectorBits / 32);

    /// <summary>Operations of one call: <c>vpmaddwd</c> and <c>vpaddd</c>, a multiply-add of int16 into int32 counting as two.</summary>
    public static double Int16Operations(int vectorBits) => 2.0 * Rounds * Accumulators * (vectorBits / 16);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void F32Vector512()
    {
        var x = Vector512.Create(0.999f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x, m = x, n = x, o = x, p = x;
        for (var round = 0; round < Rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, x);
            b = Vector512.FusedMultiplyAdd(b, x, x);
            c = Vector512.FusedMultiplyAdd(c, x, x);
            d = Vector512.FusedMultiplyAdd(d, x, x);
            e = Vector512.FusedMultiplyAdd(e, x, x);
            f = Vector512.FusedMultiplyAdd(f, x, x);
            g = Vector512.FusedMultiplyAdd(g, x, x);
            h = Vector512.FusedMultiplyAdd(h, x, x);
            i = Vector512.FusedMultiplyAdd(i, x, x);
            j = Vector512.FusedMultiplyAdd(j, x, x);
            k = Vector512.FusedMultiplyAdd(k, x, x);
            l = Vector512.FusedMultiplyAdd(l, x, x);
            m = Vector512.FusedMultiplyAdd(m, x, x);
            n = Vector512.FusedMultiplyAdd(n, x, x);
            o = Vector512.FusedMultiplyAdd(o, x, x);
            p = Vector512.FusedMultiplyAdd(p, x, x);
        }

        Sink.Take(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void F32Vector256()
    {
        var x = Vector256.Create(0.999f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x, m = x, n = x, o = x, p = x;
        for (var round = 0; round < Rounds; round++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, x);
            b = Vector256.FusedMultiplyAdd(b, x, x);
            c = Vector256.FusedMultiplyAdd(c, x, x);
            d = Vector256.FusedMultiplyAdd(d, x, x);
            e = Vector256.FusedMultiplyAdd(e, x, x);
            f = Vector256.FusedMultiplyAdd(f, x, x);
            g = Vector256.FusedMultiplyAdd(g, x, x);
            h = Vector256.FusedMultiplyAdd(h, x, x);
            i = Vector256.FusedMultiplyAdd(i, x, x);
            j = Vector256.FusedMultiplyAdd(j, x, x);
            k = Vector256.FusedMultiplyAdd(k, x, x);
            l = Vector256.FusedMultiplyAdd(l, x, x);
            m = Vector256.FusedMultiplyAdd(m, x, x);
            n = Vector256.FusedMultiplyAdd(n, x, x);
            o = Vector256.FusedMultiplyAdd(o, x, x);
            p = Vector256.FusedMultiplyAdd(p, x, x);
        }

        Sink.Take(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int16Vector512()
    {
        var x = Vector512.Create((short)3);
        Vector512<int> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a, m = a, n = a, o = a, p = a;
        for (var round = 0; round < Rounds; round++)
        {
            a += Avx512BW.MultiplyAddAdjacent(a.AsInt16(), x);
            b += Avx512BW.MultiplyAddAdjacent(b.AsInt16(), x);
            c += Avx512BW.MultiplyAddAdjacent(c.AsInt16(), x);
            d += Avx512BW.MultiplyAddAdjacent(d.AsInt16(), x);
            e += Avx512BW.MultiplyAddAdjacent(e.AsInt16(), x);
            f += Avx512BW.MultiplyAddAdjacent(f.AsInt16(), x);
            g += Avx512BW.MultiplyAddAdjacent(g.AsInt16(), x);
            h += Avx512BW.MultiplyAddAdjacent(h.AsInt16(), x);
            i += Avx512BW.MultiplyAddAdjacent(i.AsInt16(), x);
            j += Avx512BW.MultiplyAddAdjacent(j.AsInt16(), x);
            k += Avx512BW.MultiplyAddAdjacent(k.AsInt16(), x);
            l += Avx512BW.MultiplyAddAdjacent(l.AsInt16(), x);
            m += Avx512BW.MultiplyAddAdjacent(m.AsInt16(), x);
            n += Avx512BW.MultiplyAddAdjacent(n.AsInt16(), x);
            o += Avx512BW.MultiplyAddAdjacent(o.AsInt16(), x);
            p += Avx512BW.MultiplyAddAdjacent(p.AsInt16(), x);
        }

        Sink.Take(Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Int16Vector256()
    {
        var x = Vector256.Create((short)3);
        Vector256<int> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a, m = a, n = a, o = a, p = a;
        for (var round = 0; round < Rounds; round++)
        {
            a += Avx2.MultiplyAddAdjacent(a.AsInt16(), x);
            b += Avx2.MultiplyAddAdjacent(b.AsInt16(), x);
            c += Avx2.MultiplyAddAdjacent(c.AsInt16(), x);
            d += Avx2.MultiplyAddAdjacent(d.AsInt16(), x);
            e += Avx2.MultiplyAddAdjacent(e.AsInt16(), x);
            f += Avx2.MultiplyAddAdjacent(f.AsInt16(), x);
            g += Avx2.MultiplyAddAdjacent(g.AsInt16(), x);
            h += Avx2.MultiplyAddAdjacent(h.AsInt16(), x);
            i += Avx2.MultiplyAddAdjacent(i.AsInt16(), x);
            j += Avx2.MultiplyAddAdjacent(j.AsInt16(), x);
            k += Avx2.MultiplyAddAdjacent(k.AsInt16(), x);
            l += Avx2.MultiplyAddAdjacent(l.AsInt16(), x);
            m += Avx2.MultiplyAddAdjacent(m.AsInt16(), x);
            n += Avx2.MultiplyAddAdjacent(n.AsInt16(), x);
            o += Avx2.MultiplyAddAdjacent(o.AsInt16(), x);
            p += Avx2.MultiplyAddAdjacent(p.AsInt16(), x);
        }

        Sink.Take(Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p));
    }
}
