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
    public RelativePositionBias(ReadOnlySpan<float> weights, int buckets, int heads, int maxTokens)
    {
        _maxTokens = maxTokens;
        _stride = VectorMath.RoundUp(2 * maxTokens) + VectorMath.Lanes;
        _table = NativeBuffer.OfFloats((long)heads * _stride);
        for (var distance = -(maxTokens - 1); distance < maxTokens; distance++)
        {
            var bucket = Bucket(distance, buckets);
            for (var head = 0; head < heads; head++)
                _table.Floats[head * _stride + maxTokens - 1 + distance] = weights[bucket * heads + head];
        }
    }

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

        // In f32, as the weights were trained: at a range's border the rounding decides.
        var ratio = MathF.Log((float)magnitude / exact) / (float)Math.Log((double)MaxDistance / exact);
        return first + Math.Min(exact + (int)(ratio * (half - exact)), half - 1);
    }
}
