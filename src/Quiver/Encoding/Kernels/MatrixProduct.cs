using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Quiver.Encoding.Kernels;

/// <summary>C = A · B for packed weights, and the small dense products of attention. See readme.md beside this file.</summary>
internal static unsafe class MatrixProduct
{
    /// <summary>
    /// Pairs of k that one int32 sum takes: 64 pairs are 128 products of at most 4095² each, and
    /// 128 · 4095² = 2,146,435,200 &lt; 2³¹ = 2,147,483,648, so no input can overflow.
    /// </summary>
    public const int Int16BlockSteps = 64;

    /// <summary>Steps of f32 in one stretch: 512 of 64 columns are 128 KiB, which stay in L2 while the rows pass.</summary>
    private const int F32BlockSteps = 512;

    private const int LargestTileHeight = 6;

    /// <summary>Sums for some panels of the output columns, without bias; for int16 without the scales.</summary>
    /// <param name="a">Activations: f32, or int16 in pairs. Row-major.</param>
    /// <param name="lda">4-byte units from one row of A to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="b">The packed weights.</param>
    /// <param name="firstPanel">First panel to compute.</param>
    /// <param name="endPanel">The panel after the last.</param>
    /// <param name="c">The output; its rows are padded to whole panels.</param>
    /// <param name="ldc">Elements from one row of C to the next.</param>
    public static void Multiply(int* a, nint lda, int rows, PackedMatrix b, int firstPanel, int endPanel, float* c, nint ldc)
    {
        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            var target = c + (nint)panel * PackedMatrix.PanelWidth;
            if (b.Precision == Precision.F32)
                F32(a, lda, rows, b.Panel(panel), PackedMatrix.PanelWidth, b.Steps, target, ldc, PackedMatrix.PanelWidth);
            else
                Int16(a, lda, rows, b.Panel(panel), b.Steps, target, ldc);
        }
    }

    /// <summary>C[rows × columns] = A[rows × steps] · B[steps × columns] in f32, B row-major with padded columns.</summary>
    /// <param name="columns">A multiple of 16.</param>
    public static void F32(int* a, nint lda, int rows, int* b, nint ldb, int steps, float* c, nint ldc, int columns)
    {
        var column = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; column + 64 <= columns; column += 64)
                Strip<F32Arithmetic512, Vector512<float>, Four>(a, lda, rows, b + column, ldb, steps, F32BlockSteps, c + column, ldc);
            for (; column + 32 <= columns; column += 32)
                Strip<F32Arithmetic512, Vector512<float>, Two>(a, lda, rows, b + column, ldb, steps, F32BlockSteps, c + column, ldc);
            for (; column < columns; column += 16)
                Strip<F32Arithmetic512, Vector512<float>, One>(a, lda, rows, b + column, ldb, steps, F32BlockSteps, c + column, ldc);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; column < columns; column += 16)
                Strip<F32Arithmetic256, Vector256<float>, Two>(a, lda, rows, b + column, ldb, steps, F32BlockSteps, c + column, ldc);
        }
        else
        {
            for (; column < columns; column += 8)
                Strip<F32Arithmetic128, Vector128<float>, Two>(a, lda, rows, b + column, ldb, steps, F32BlockSteps, c + column, ldc);
        }
    }

    private static void Int16(int* a, nint lda, int rows, int* panel, int steps, float* c, nint ldc)
    {
        var width = PackedMatrix.PanelWidth;
        if (Vector512.IsHardwareAccelerated && Avx512BW.IsSupported)
        {
            Strip<Int16Arithmetic512, Vector512<int>, Four>(a, lda, rows, panel, width, steps, Int16BlockSteps, c, ldc);
        }
        else if (Avx2.IsSupported)
        {
            for (var column = 0; column < width; column += 16)
                Strip<Int16Arithmetic256, Vector256<int>, Two>(a, lda, rows, panel + column, width, steps, Int16BlockSteps, c + column, ldc);
        }
        else
        {
            for (var column = 0; column < width; column += 8)
                Strip<Int16Arithmetic128, Vector128<int>, Two>(a, lda, rows, panel + column, width, steps, Int16BlockSteps, c + column, ldc);
        }
    }

    /// <summary>All rows of one strip of columns, in tiles of nearly equal height (13 rows are 5 + 4 + 4, not 6 + 6 + 1).</summary>
    private static void Strip<TArithmetic, TVector, TVectors>(
        int* a, nint lda, int rows, int* b, nint ldb, int steps, int blockSteps, float* c, nint ldc)
        where TArithmetic : IArithmetic<TVector>
        where TVector : struct
        where TVectors : ICount
    {
        var tiles = (rows + LargestTileHeight - 1) / LargestTileHeight;
        for (var tile = 0; tile < tiles; tile++)
        {
            var height = (rows + tiles - 1 - tile) / tiles;
            // The next panel comes into L2 while this one is multiplied, a share of it with each tile; one tile alone is bound by
            // memory anyway, and asks for what it already has.
            var ahead = tiles == 1 ? b : b + (steps * ldb) + (tile % Math.Max(1, ldb / RegisterTile.CacheLine) * steps * RegisterTile.CacheLine);
            for (var step = 0; step < steps; step += blockSteps)
            {
                var count = Math.Min(blockSteps, steps - step);
                Tile<TArithmetic, TVector, TVectors>(height, a + step, lda, b + step * ldb, ldb, count, c, ldc, step > 0, ahead + step * RegisterTile.CacheLine);
            }

            a += height * lda;
            c += height * ldc;
        }
    }

    private static void Tile<TArithmetic, TVector, TVectors>(
        int height, int* a, nint lda, int* b, nint ldb, int steps, float* c, nint ldc, bool accumulate, int* ahead)
        where TArithmetic : IArithmetic<TVector>
        where TVector : struct
        where TVectors : ICount
    {
        switch (height)
        {
            case 1: RegisterTile.Multiply<TArithmetic, TVector, One, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            case 2: RegisterTile.Multiply<TArithmetic, TVector, Two, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            case 3: RegisterTile.Multiply<TArithmetic, TVector, Three, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            case 4: RegisterTile.Multiply<TArithmetic, TVector, Four, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            case 5: RegisterTile.Multiply<TArithmetic, TVector, Five, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            case 6: RegisterTile.Multiply<TArithmetic, TVector, Six, TVectors>(a, lda, b, ldb, steps, c, ldc, accumulate, ahead); break;
            default: throw new ArgumentOutOfRangeException(nameof(height));
        }
    }
}
