using System.Runtime.Intrinsics;
using Quiver.Encoding.Kernels;
using Quiver.Models;

namespace Quiver.Encoding;

/// <summary>Makes one vector of a text's hidden states, in each of sentence-transformers' modes.</summary>
internal static unsafe class Pooling
{
    /// <param name="states">The hidden states of one text; at least one.</param>
    /// <param name="target">One padded row, overwritten.</param>
    public static void Apply(PoolingMode mode, Rows states, float* target)
    {
        var last = states.Count - 1;
        switch (mode)
        {
            case PoolingMode.Cls: Copy(states[0], states.Stride, target); break;
            case PoolingMode.LastToken: Copy(states[last], states.Stride, target); break;
            case PoolingMode.Max: Max(states, target); break;
            case PoolingMode.Mean: WeightedSum(states, weighted: false, states.Count, target); break;
            case PoolingMode.MeanSqrtLength: WeightedSum(states, weighted: false, MathF.Sqrt(states.Count), target); break;
            case PoolingMode.WeightedMean: WeightedSum(states, weighted: true, states.Count * (states.Count + 1L) / 2, target); break;
            default: throw new ArgumentOutOfRangeException(nameof(mode));
        }
    }

    private static void Copy(float* row, int count, float* target) =>
        new ReadOnlySpan<float>(row, count).CopyTo(new Span<float>(target, count));

    private static void Max(Rows states, float* target)
    {
        Copy(states[0], states.Stride, target);
        for (var token = 1; token < states.Count; token++)
        {
            var row = states[token];
            for (var i = 0; i < states.Stride; i += VectorMath.Lanes)
                VectorMath.Larger(Vector512.Load(target + i), Vector512.Load(row + i)).Store(target + i);
        }
    }

    /// <summary>Σ w·h / divisor, with w = 1, or 1, 2, 3 … where <paramref name="weighted"/>.</summary>
    private static void WeightedSum(Rows states, bool weighted, float divisor, float* target)
    {
        new Span<float>(target, states.Stride).Clear();
        for (var token = 0; token < states.Count; token++)
        {
            var row = states[token];
            var weight = Vector512.Create(weighted ? token + 1f : 1f);
            for (var i = 0; i < states.Stride; i += VectorMath.Lanes)
                Vector512.FusedMultiplyAdd(Vector512.Load(row + i), weight, Vector512.Load(target + i)).Store(target + i);
        }

        var divisors = Vector512.Create(divisor);
        for (var i = 0; i < states.Stride; i += VectorMath.Lanes)
            (Vector512.Load(target + i) / divisors).Store(target + i);
    }
}
