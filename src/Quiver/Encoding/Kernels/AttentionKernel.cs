using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>
/// Scaled dot-product attention of one head over one text (Vaswani et al., arXiv:1706.03762), in f32, a tile of query rows at a time:
/// no more than <see cref="QueryRows"/> × length scores exist at once.
/// </summary>
/// <remarks>Optimized at once, not after thirty calls: unoptimized vector code is a hundred times slower.</remarks>
internal static unsafe class AttentionKernel
{
    /// <summary>Query rows in one tile: a multiple of the register tile's height whose scores stay in L2 at 512 tokens.</summary>
    public const int QueryRows = 48;

    /// <summary>Transposes a head's keys to [size × padded length] and copies its values to [length × padded size].</summary>
    /// <param name="keys">The head's first key; one row per token.</param>
    /// <param name="values">The head's first value; one row per token.</param>
    /// <param name="stride">Elements from one token to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(float* keys, float* values, nint stride, int length, int size, float* transposed, float* compact)
    {
        var paddedLength = VectorMath.RoundUp(length);
        var paddedSize = VectorMath.RoundUp(size);
        for (var token = 0; token < length; token++, keys += stride, values += stride, compact += paddedSize)
        {
            for (var i = 0; i < size; i++)
                transposed[(nint)i * paddedLength + token] = keys[i];

            new ReadOnlySpan<float>(values, size).CopyTo(new Span<float>(compact, size));
            new Span<float>(compact + size, paddedSize - size).Clear();
        }

        for (var token = length; token < paddedLength; token++)
        {
            for (var i = 0; i < size; i++)
                transposed[(nint)i * paddedLength + token] = 0;
        }
    }

    /// <summary>Turns one row of raw scores into weights e^(score − largest), zero past the text, and returns 1 / their sum.</summary>
    /// <param name="scores">Dot products of one query with all keys, padded to whole vectors.</param>
    /// <param name="length">Keys that count.</param>
    /// <param name="scale">What every dot product is multiplied with.</param>
    /// <param name="bias">Added to the scaled scores, one per key and readable up to the padding; or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Softmax(float* scores, int length, float scale, float* bias)
    {
        var factor = Vector512.Create(scale);
        var largest = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < length; i += VectorMath.Lanes)
        {
            var score = Vector512.Load(scores + i) * factor;
            if (bias is not null)
                score += Vector512.Load(bias + i);
            if (i + VectorMath.Lanes > length)
                score = Vector512.ConditionalSelect(VectorMath.FirstLanes(length - i), score, Vector512.Create(float.NegativeInfinity));

            score.Store(scores + i);
            largest = VectorMath.Larger(score, largest);
        }

        var offset = Vector512.Create(VectorMath.Max(largest));
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < length; i += VectorMath.Lanes)
        {
            var weight = VectorMath.ExpOfAtMost88(Vector512.Load(scores + i) - offset);
            weight.Store(scores + i);
            sum += weight;
        }

        return 1f / VectorMath.Sum(sum);
    }

    /// <summary>Multiplies a row by a factor into the target; whole vectors, so both are padded, or <paramref name="size"/> is a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(float* row, float factor, int size, float* target)
    {
        var vector = Vector512.Create(factor);
        for (var i = 0; i < size; i += VectorMath.Lanes)
            (Vector512.Load(row + i) * vector).Store(target + i);
    }
}
