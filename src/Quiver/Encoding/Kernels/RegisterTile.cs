using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Quiver.Encoding.Kernels;

/// <summary>The innermost loop of every matrix product: a tile of at most 6 rows × 4 vectors of sums that stay in registers.</summary>
/// <remarks>
/// Each output element is one accumulator that walks k upwards, so its bits depend neither on the tile's shape nor on the vector
/// width. Named locals, because the JIT keeps those in registers and arrays or structs of vectors not; the JIT compiles the body
/// once per shape and arithmetic and drops the branches that the shape does not have. 6 × 4 sums, 4 vectors of B and one
/// broadcast fill the 32 registers of AVX-512 without a spill; narrower machines take 6 × 2.
/// </remarks>
internal static unsafe class RegisterTile
{
    /// <summary>4-byte units in 64 bytes.</summary>
    public const int CacheLine = 16;

    /// <summary>C (+)= A · B over one stretch of k.</summary>
    /// <param name="a">First row of A, one 4-byte unit per step (see <see cref="IArithmetic{TVector}"/>).</param>
    /// <param name="lda">Units from one row of A to the next.</param>
    /// <param name="b">First step of B: <c>TVectors.Count</c> vectors side by side.</param>
    /// <param name="ldb">Units from one step of B to the next.</param>
    /// <param name="steps">Steps along k.</param>
    /// <param name="c">First row of C.</param>
    /// <param name="ldc">Elements from one row of C to the next.</param>
    /// <param name="accumulate">Whether the sums go on from what C holds.</param>
    /// <param name="ahead">Memory to bring into L2 meanwhile, one cache line a step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<TArithmetic, TVector, TRows, TVectors>(
        int* a, nint lda, int* b, nint ldb, nint steps, float* c, nint ldc, bool accumulate, int* ahead)
        where TArithmetic : IArithmetic<TVector>
        where TVector : struct
        where TRows : ICount
        where TVectors : ICount
    {
        TVector c00 = default, c01 = default, c02 = default, c03 = default;
        TVector c10 = default, c11 = default, c12 = default, c13 = default;
        TVector c20 = default, c21 = default, c22 = default, c23 = default;
        TVector c30 = default, c31 = default, c32 = default, c33 = default;
        TVector c40 = default, c41 = default, c42 = default, c43 = default;
        TVector c50 = default, c51 = default, c52 = default, c53 = default;

        if (accumulate)
        {
            c00 = TArithmetic.Start(c);
            if (TVectors.Count > 1) c01 = TArithmetic.Start(c + TArithmetic.Lanes);
            if (TVectors.Count > 2) c02 = TArithmetic.Start(c + 2 * TArithmetic.Lanes);
            if (TVectors.Count > 3) c03 = TArithmetic.Start(c + 3 * TArithmetic.Lanes);

            if (TRows.Count > 1)
            {
                c10 = TArithmetic.Start(c + ldc);
                if (TVectors.Count > 1) c11 = TArithmetic.Start(c + ldc + TArithmetic.Lanes);
                if (TVectors.Count > 2) c12 = TArithmetic.Start(c + ldc + 2 * TArithmetic.Lanes);
                if (TVectors.Count > 3) c13 = TArithmetic.Start(c + ldc + 3 * TArithmetic.Lanes);
            }

            if (TRows.Count > 2)
            {
                c20 = TArithmetic.Start(c + 2 * ldc);
                if (TVectors.Count > 1) c21 = TArithmetic.Start(c + 2 * ldc + TArithmetic.Lanes);
                if (TVectors.Count > 2) c22 = TArithmetic.Start(c + 2 * ldc + 2 * TArithmetic.Lanes);
                if (TVectors.Count > 3) c23 = TArithmetic.Start(c + 2 * ldc + 3 * TArithmetic.Lanes);
            }

            if (TRows.Count > 3)
            {
                c30 = TArithmetic.Start(c + 3 * ldc);
                if (TVectors.Count > 1) c31 = TArithmetic.Start(c + 3 * ldc + TArithmetic.Lanes);
                if (TVectors.Count > 2) c32 = TArithmetic.Start(c + 3 * ldc + 2 * TArithmetic.Lanes);
                if (TVectors.Count > 3) c33 = TArithmetic.Start(c + 3 * ldc + 3 * TArithmetic.Lanes);
            }

            if (TRows.Count > 4)
            {
                c40 = TArithmetic.Start(c + 4 * ldc);
                if (TVectors.Count > 1) c41 = TArithmetic.Start(c + 4 * ldc + TArithmetic.Lanes);
                if (TVectors.Count > 2) c42 = TArithmetic.Start(c + 4 * ldc + 2 * TArithmetic.Lanes);
                if (TVectors.Count > 3) c43 = TArithmetic.Start(c + 4 * ldc + 3 * TArithmetic.Lanes);
            }

            if (TRows.Count > 5)
            {
                c50 = TArithmetic.Start(c + 5 * ldc);
                if (TVectors.Count > 1) c51 = TArithmetic.Start(c + 5 * ldc + TArithmetic.Lanes);
                if (TVectors.Count > 2) c52 = TArithmetic.Start(c + 5 * ldc + 2 * TArithmetic.Lanes);
                if (TVectors.Count > 3) c53 = TArithmetic.Start(c + 5 * ldc + 3 * TArithmetic.Lanes);
            }
        }

        var a1 = a + lda;
        var a2 = a1 + lda;
        var a3 = a2 + lda;
        var a4 = a3 + lda;
        var a5 = a4 + lda;
        for (nint k = 0; k < steps; k++)
        {
            var b0 = TArithmetic.Load(b);
            var b1 = TVectors.Count > 1 ? TArithmetic.Load(b + TArithmetic.Lanes) : default;
            var b2 = TVectors.Count > 2 ? TArithmetic.Load(b + 2 * TArithmetic.Lanes) : default;
            var b3 = TVectors.Count > 3 ? TArithmetic.Load(b + 3 * TArithmetic.Lanes) : default;
            b += ldb;
            if (Sse.IsSupported) Sse.Prefetch1(ahead + k * CacheLine);

            var x = TArithmetic.Broadcast(a + k);
            c00 = TArithmetic.MultiplyAdd(x, b0, c00);
            if (TVectors.Count > 1) c01 = TArithmetic.MultiplyAdd(x, b1, c01);
            if (TVectors.Count > 2) c02 = TArithmetic.MultiplyAdd(x, b2, c02);
            if (TVectors.Count > 3) c03 = TArithmetic.MultiplyAdd(x, b3, c03);

            if (TRows.Count > 1)
            {
                x = TArithmetic.Broadcast(a1 + k);
                c10 = TArithmetic.MultiplyAdd(x, b0, c10);
                if (TVectors.Count > 1) c11 = TArithmetic.MultiplyAdd(x, b1, c11);
                if (TVectors.Count > 2) c12 = TArithmetic.MultiplyAdd(x, b2, c12);
                if (TVectors.Count > 3) c13 = TArithmetic.MultiplyAdd(x, b3, c13);
            }

            if (TRows.Count > 2)
            {
                x = TArithmetic.Broadcast(a2 + k);
                c20 = TArithmetic.MultiplyAdd(x, b0, c20);
                if (TVectors.Count > 1) c21 = TArithmetic.MultiplyAdd(x, b1, c21);
                if (TVectors.Count > 2) c22 = TArithmetic.MultiplyAdd(x, b2, c22);
                if (TVectors.Count > 3) c23 = TArithmetic.MultiplyAdd(x, b3, c23);
            }

            if (TRows.Count > 3)
            {
                x = TArithmetic.Broadcast(a3 + k);
                c30 = TArithmetic.MultiplyAdd(x, b0, c30);
                if (TVectors.Count > 1) c31 = TArithmetic.MultiplyAdd(x, b1, c31);
                if (TVectors.Count > 2) c32 = TArithmetic.MultiplyAdd(x, b2, c32);
                if (TVectors.Count > 3) c33 = TArithmetic.MultiplyAdd(x, b3, c33);
            }

            if (TRows.Count > 4)
            {
                x = TArithmetic.Broadcast(a4 + k);
                c40 = TArithmetic.MultiplyAdd(x, b0, c40);
                if (TVectors.Count > 1) c41 = TArithmetic.MultiplyAdd(x, b1, c41);
                if (TVectors.Count > 2) c42 = TArithmetic.MultiplyAdd(x, b2, c42);
                if (TVectors.Count > 3) c43 = TArithmetic.MultiplyAdd(x, b3, c43);
            }

            if (TRows.Count > 5)
            {
                x = TArithmetic.Broadcast(a5 + k);
                c50 = TArithmetic.MultiplyAdd(x, b0, c50);
                if (TVectors.Count > 1) c51 = TArithmetic.MultiplyAdd(x, b1, c51);
                if (TVectors.Count > 2) c52 = TArithmetic.MultiplyAdd(x, b2, c52);
                if (TVectors.Count > 3) c53 = TArithmetic.MultiplyAdd(x, b3, c53);
            }
        }

        TArithmetic.Finish(c, c00, accumulate);
        if (TVectors.Count > 1) TArithmetic.Finish(c + TArithmetic.Lanes, c01, accumulate);
        if (TVectors.Count > 2) TArithmetic.Finish(c + 2 * TArithmetic.Lanes, c02, accumulate);
        if (TVectors.Count > 3) TArithmetic.Finish(c + 3 * TArithmetic.Lanes, c03, accumulate);

        if (TRows.Count > 1)
        {
            TArithmetic.Finish(c + ldc, c10, accumulate);
            if (TVectors.Count > 1) TArithmetic.Finish(c + ldc + TArithmetic.Lanes, c11, accumulate);
            if (TVectors.Count > 2) TArithmetic.Finish(c + ldc + 2 * TArithmetic.Lanes, c12, accumulate);
            if (TVectors.Count > 3) TArithmetic.Finish(c + ldc + 3 * TArithmetic.Lanes, c13, accumulate);
        }

        if (TRows.Count > 2)
        {
            TArithmetic.Finish(c + 2 * ldc, c20, accumulate);
            if (TVectors.Count > 1) TArithmetic.Finish(c + 2 * ldc + TArithmetic.Lanes, c21, accumulate);
            if (TVectors.Count > 2) TArithmetic.Finish(c + 2 * ldc + 2 * TArithmetic.Lanes, c22, accumulate);
            if (TVectors.Count > 3) TArithmetic.Finish(c + 2 * ldc + 3 * TArithmetic.Lanes, c23, accumulate);
        }

        if (TRows.Count > 3)
        {
            TArithmetic.Finish(c + 3 * ldc, c30, accumulate);
            if (TVectors.Count > 1) TArithmetic.Finish(c + 3 * ldc + TArithmetic.Lanes, c31, accumulate);
            if (TVectors.Count > 2) TArithmetic.Finish(c + 3 * ldc + 2 * TArithmetic.Lanes, c32, accumulate);
            if (TVectors.Count > 3) TArithmetic.Finish(c + 3 * ldc + 3 * TArithmetic.Lanes, c33, accumulate);
        }

        if (TRows.Count > 4)
        {
            TArithmetic.Finish(c + 4 * ldc, c40, accumulate);
            if (TVectors.Count > 1) TArithmetic.Finish(c + 4 * ldc + TArithmetic.Lanes, c41, accumulate);
            if (TVectors.Count > 2) TArithmetic.Finish(c + 4 * ldc + 2 * TArithmetic.Lanes, c42, accumulate);
            if (TVectors.Count > 3) TArithmetic.Finish(c + 4 * ldc + 3 * TArithmetic.Lanes, c43, accumulate);
        }

        if (TRows.Count > 5)
        {
            TArithmetic.Finish(c + 5 * ldc, c50, accumulate);
            if (TVectors.Count > 1) TArithmetic.Finish(c + 5 * ldc + TArithmetic.Lanes, c51, accumulate);
            if (TVectors.Count > 2) TArithmetic.Finish(c + 5 * ldc + 2 * TArithmetic.Lanes, c52, accumulate);
            if (TVectors.Count > 3) TArithmetic.Finish(c + 5 * ldc + 3 * TArithmetic.Lanes, c53, accumulate);
        }
    }
}
