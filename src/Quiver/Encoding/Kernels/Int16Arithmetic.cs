using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Quiver.Encoding.Kernels;

/// <summary>int16 × int16 into exact int32 sums. One step of k is two int16 of consecutive k, multiplied and added pairwise.</summary>
/// <remarks>A call starts from zero, since C holds the sums of earlier stretches as f32: <see cref="Finish"/> adds to them.</remarks>
internal readonly unsafe struct Int16Arithmetic512 : IArithmetic<Vector512<int>>
{
    public static int Lanes => 16;

    public static Vector512<int> Broadcast(int* a) => Vector512.Create(*a);

    public static Vector512<int> Load(int* b) => Vector512.Load(b);

    public static Vector512<int> MultiplyAdd(Vector512<int> a, Vector512<int> b, Vector512<int> sum) =>
        sum + Avx512BW.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());

    public static Vector512<int> Start(float* c) => default;

    public static void Finish(float* c, Vector512<int> sum, bool accumulate)
    {
        var total = Vector512.ConvertToSingle(sum);
        if (accumulate) total = Vector512.Load(c) + total;
        total.Store(c);
    }
}

/// <inheritdoc cref="Int16Arithmetic512"/>
internal readonly unsafe struct Int16Arithmetic256 : IArithmetic<Vector256<int>>
{
    public static int Lanes => 8;

    public static Vector256<int> Broadcast(int* a) => Vector256.Create(*a);

    public static Vector256<int> Load(int* b) => Vector256.Load(b);

    public static Vector256<int> MultiplyAdd(Vector256<int> a, Vector256<int> b, Vector256<int> sum) =>
        sum + Avx2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16());

    public static Vector256<int> Start(float* c) => default;

    public static void Finish(float* c, Vector256<int> sum, bool accumulate)
    {
        var total = Vector256.ConvertToSingle(sum);
        if (accumulate) total = Vector256.Load(c) + total;
        total.Store(c);
    }
}

/// <inheritdoc cref="Int16Arithmetic512"/>
internal readonly unsafe struct Int16Arithmetic128 : IArithmetic<Vector128<int>>
{
    public static int Lanes => 4;

    public static Vector128<int> Broadcast(int* a) => Vector128.Create(*a);

    public static Vector128<int> Load(int* b) => Vector128.Load(b);

    public static Vector128<int> MultiplyAdd(Vector128<int> a, Vector128<int> b, Vector128<int> sum)
    {
        var x = a.AsInt16();
        var y = b.AsInt16();
        if (Sse2.IsSupported)
            return sum + Sse2.MultiplyAddAdjacent(x, y);

        if (AdvSimd.Arm64.IsSupported)
        {
            var low = AdvSimd.MultiplyWideningLower(x.GetLower(), y.GetLower());
            var high = AdvSimd.MultiplyWideningUpper(x, y);
            return sum + AdvSimd.Arm64.AddPairwise(low, high);
        }

        // The even int16 of each int32 is its low half, on every machine .NET runs on.
        var even = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(a, 16), 16) * Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(b, 16), 16);
        var odd = Vector128.ShiftRightArithmetic(a, 16) * Vector128.ShiftRightArithmetic(b, 16);
        return sum + even + odd;
    }

    public static Vector128<int> Start(float* c) => default;

    public static void Finish(float* c, Vector128<int> sum, bool accumulate)
    {
        var total = Vector128.ConvertToSingle(sum);
        if (accumulate) total = Vector128.Load(c) + total;
        total.Store(c);
    }
}
