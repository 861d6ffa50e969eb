using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>IEEE f32 with fused multiply-adds. One step of k is one f32.</summary>
internal readonly unsafe struct F32Arithmetic512 : IArithmetic<Vector512<float>>
{
    public static int Lanes => 16;

    public static Vector512<float> Broadcast(int* a) => Vector512.Create(*(float*)a);

    public static Vector512<float> Load(int* b) => Vector512.Load((float*)b);

    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> sum) =>
        Vector512.FusedMultiplyAdd(a, b, sum);

    public static Vector512<float> Start(float* c) => Vector512.Load(c);

    public static void Finish(float* c, Vector512<float> sum, bool accumulate) => sum.Store(c);
}

/// <inheritdoc cref="F32Arithmetic512"/>
internal readonly unsafe struct F32Arithmetic256 : IArithmetic<Vector256<float>>
{
    public static int Lanes => 8;

    public static Vector256<float> Broadcast(int* a) => Vector256.Create(*(float*)a);

    public static Vector256<float> Load(int* b) => Vector256.Load((float*)b);

    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> sum) =>
        Vector256.FusedMultiplyAdd(a, b, sum);

    public static Vector256<float> Start(float* c) => Vector256.Load(c);

    public static void Finish(float* c, Vector256<float> sum, bool accumulate) => sum.Store(c);
}

/// <inheritdoc cref="F32Arithmetic512"/>
internal readonly unsafe struct F32Arithmetic128 : IArithmetic<Vector128<float>>
{
    public static int Lanes => 4;

    public static Vector128<float> Broadcast(int* a) => Vector128.Create(*(float*)a);

    public static Vector128<float> Load(int* b) => Vector128.Load((float*)b);

    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> sum) =>
        Vector128.FusedMultiplyAdd(a, b, sum);

    public static Vector128<float> Start(float* c) => Vector128.Load(c);

    public static void Finish(float* c, Vector128<float> sum, bool accumulate) => sum.Store(c);
}
