using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>What happens to the rows of a matrix between two products. Rows are padded with zeros to whole vectors and stay so.</summary>
/// <remarks>Optimized at once, not after thirty calls: unoptimized vector code is a hundred times slower.</remarks>
internal static unsafe class RowKernels
{
    /// <summary>
    /// Finishes a product in place: scales int16 sums (sum · rowScale · columnScale), adds the bias, applies the activation.
    /// </summary>
    /// <param name="rows">Sums on entry, results on return.</param>
    /// <param name="firstColumn">First column to finish; a multiple of 16.</param>
    /// <param name="columns">How many, padding included; a multiple of 16.</param>
    /// <param name="rowScales">One per row, or null for f32 sums.</param>
    /// <param name="columnScales">One per column from the first on, or null for f32 sums.</param>
    /// <param name="bias">One per column from the first on, padded with zeros.</param>
    /// <param name="activation">Applied last, to the padding too, which stays zero where the activation maps 0 to 0.</param>
    public static void Finish(Rows rows, int firstColumn, int columns, float* rowScales, float* columnScales, float* bias, Activation activation)
    {
        var sums = rows.Data + firstColumn;
        var (count, stride) = (rows.Count, rows.Stride);
        switch (activation)
        {
            case Activation.None: Finish<Identity>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.Gelu: Finish<GeluFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.GeluTanh: Finish<GeluTanhFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.Relu: Finish<ReluFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.Silu: Finish<SiluFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.Tanh: Finish<TanhFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            case Activation.Sigmoid: Finish<SigmoidFunction>(sums, count, stride, columns, rowScales, columnScales, bias); break;
            default: throw new ArgumentOutOfRangeException(nameof(activation));
        }
    }

    /// <summary>target = LayerNorm(target + addend) over each row (Ba et al., arXiv:1607.06450): biased variance, in two passes.</summary>
    /// <param name="addend">The residual's other branch, or an empty matrix for a plain LayerNorm.</param>
    /// <param name="weight">γ, padded with zeros.</param>
    /// <param name="bias">β, padded with zeros.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddAndNormalize(Rows target, Rows addend, float* weight, float* bias, float epsilon)
    {
        for (var row = 0; row < target.Count; row++)
        {
            var x = target[row];
            var sum = addend.Count > 0 ? AddAndSum(x, addend[row], target.Stride) : RowSum(x, target.Stride);
            var mean = sum / target.Width;
            var variance = SquaredDistance(x, mean, target.Width) / target.Width;
            var inverse = 1f / MathF.Sqrt(variance + epsilon);
            Normalize(x, target.Stride, mean, inverse, weight, bias);
        }
    }

    /// <summary>target = (target + type) + position, in that order; <paramref name="type"/> may be null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddEmbeddings(float* target, float* type, float* position, int count)
    {
        for (var i = 0; i < count; i += VectorMath.Lanes)
        {
            var sum = Vector512.Load(target + i);
            if (type is not null)
                sum += Vector512.Load(type + i);
            (sum + Vector512.Load(position + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float AddAndSum(float* x, float* y, int count)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < count; i += VectorMath.Lanes)
        {
            var total = Vector512.Load(x + i) + Vector512.Load(y + i);
            total.Store(x + i);
            sum += total;
        }

        return VectorMath.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float RowSum(float* x, int count)
    {
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < count; i += VectorMath.Lanes)
            sum += Vector512.Load(x + i);

        return VectorMath.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SquaredDistance(float* x, float mean, int width)
    {
        var sum = Vector512<float>.Zero;
        var centre = Vector512.Create(mean);
        var i = 0;
        for (; i + VectorMath.Lanes <= width; i += VectorMath.Lanes)
        {
            var distance = Vector512.Load(x + i) - centre;
            sum = Vector512.FusedMultiplyAdd(distance, distance, sum);
        }

        if (i < width)
        {
            // The padding is zero, not the mean: its lanes must not count.
            var distance = (Vector512.Load(x + i) - centre) & VectorMath.FirstLanes(width - i);
            sum = Vector512.FusedMultiplyAdd(distance, distance, sum);
        }

        return VectorMath.Sum(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize(float* x, int count, float mean, float inverse, float* weight, float* bias)
    {
        var centre = Vector512.Create(mean);
        var factor = Vector512.Create(inverse);
        for (var i = 0; i < count; i += VectorMath.Lanes)
        {
            var unit = (Vector512.Load(x + i) - centre) * factor;
            Vector512.FusedMultiplyAdd(unit, Vector512.Load(weight + i), Vector512.Load(bias + i)).Store(x + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish<TFunction>(float* x, int rows, nint stride, int columns, float* rowScales, float* columnScales, float* bias)
        where TFunction : IElementFunction
    {
        for (var row = 0; row < rows; row++, x += stride)
        {
            if (rowScales is null)
            {
                for (var i = 0; i < columns; i += VectorMath.Lanes)
                    TFunction.Apply(Vector512.Load(x + i) + Vector512.Load(bias + i)).Store(x + i);
                continue;
            }

            var scale = Vector512.Create(rowScales[row]);
            for (var i = 0; i < columns; i += VectorMath.Lanes)
            {
                var sum = Vector512.Load(x + i) * scale;
                TFunction.Apply(Vector512.FusedMultiplyAdd(sum, Vector512.Load(columnScales + i), Vector512.Load(bias + i))).Store(x + i);
            }
        }
    }

    private interface IElementFunction
    {
        static abstract Vector512<float> Apply(Vector512<float> x);
    }

    private readonly struct Identity : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => x;
    }

    private readonly struct GeluFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.Gelu(x);
    }

    private readonly struct GeluTanhFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.GeluTanh(x);
    }

    private readonly struct ReluFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.Relu(x);
    }

    private readonly struct SiluFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.Silu(x);
    }

    private readonly struct TanhFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.Tanh(x);
    }

    private readonly struct SigmoidFunction : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Apply(Vector512<float> x) => VectorMath.Sigmoid(x);
    }
}
