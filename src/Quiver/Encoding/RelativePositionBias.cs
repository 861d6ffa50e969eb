using System.Numerics;
using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>
/// What mpnet adds to a score for the distance between key and query: T5's buckets (Raffel et al., arXiv:1910.10683, section 2.1), half
/// of them for keys behind the query and half for keys ahead, single distances first and then logarithmic ranges up to 128.
/// </summary>
/// <remarks>Immutable and thread-safe. The table holds every distance once per head, so that a query's biases are one contiguous row.</remarks>
internal sealed unsafe class RelativePositionBias : IDisposable
{
    private const int MaxDistance = 128;

    private readonly NativeBuffer _table;
    private readonly int _maxTokens;
    private readonly int _stride;

    /// <param name="weights">[buckets × heads]</param>
    /// <param name="buckets">One that <see cref="Takes"/> accepts.</param>
    public RelativePositionBias(ReadOnlySpan<float> weights, int buckets, int heads, int maxTokens)
    {
        _maxTokens = maxTokens;
        _stride = VectorMath.RoundUp(2 * maxTokens) + VectorMath.Lanes;
        _table = NativeBuffer.OfFloats((long)heads * _stride);
        for (var distance = -(maxTokens - 1); distance < maxTokens; distance++)
        {
            var bucket = Bucket(distance, buckets);
            for (var head = 0; head < heads; head++)
                _table.Floats[(nint)head * _stride + maxTokens - 1 + distance] = weights[bucket * heads + head];
        }
    }

    /// <summary>Whether the ranges can be laid out: whole halves of halves, and fewer single distances than the largest distance.</summary>
    public static bool Takes(int buckets) => buckets is >= 4 and < 4 * MaxDistance && buckets % 4 == 0;

    /// <summary>The biases of one query for the keys 0, 1, 2 … of its text.</summary>
    public float* Row(int head, int query) => _table.Floats + (nint)head * _stride + _maxTokens - 1 - query;

    public void Dispose() => _table.Dispose();

    /// <param name="distance">Key position minus query position.</param>
    private static int Bucket(int distance, int buckets)
    {
        var half = buckets / 2;
        var first = distance > 0 ? half : 0;
        var exact = half / 2;
        var magnitude = Math.Abs(distance);
        if (magnitude < exact)
            return first + magnitude;

        var range = 0;
        while (exact + range < half - 1 && Reaches(magnitude, range + 1, exact, half - exact))
            range++;
        return first + exact + range;
    }

    /// <summary>
    /// Whether a distance has reached a range's border, exact · (128 / exact)^(range / ranges). Raised to the power of ranges, both sides are
    /// integers, so that no logarithm's rounding decides; torch's f32 logarithms agree wherever a border is an integer.
    /// </summary>
    private static bool Reaches(int magnitude, int range, int exact, int ranges) =>
        BigInteger.Pow(magnitude, ranges) * BigInteger.Pow(exact, range) >= BigInteger.Pow(exact, ranges) * BigInteger.Pow(MaxDistance, range);
}
