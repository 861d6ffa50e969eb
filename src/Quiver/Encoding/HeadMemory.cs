using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>What attention works in at one head of one text.</summary>
internal sealed unsafe class HeadMemory : IDisposable
{
    private NativeBuffer _buffer = new(0);

    /// <summary>The head's keys, transposed: [head size × padded length].</summary>
    public float* Keys => _buffer.Floats;

    /// <summary>The head's values: [length × padded head size].</summary>
    public float* Values { get; private set; }

    /// <summary>One tile of attention scores: [query rows × padded length].</summary>
    public float* Scores { get; private set; }

    /// <summary>One tile of the head's output: [query rows × padded head size].</summary>
    public float* Output { get; private set; }

    /// <summary>How many bytes a head of a text of <paramref name="length"/> tokens needs.</summary>
    public static long BytesFor(int length, int headSize) => Offsets(length, headSize).End * sizeof(float);

    /// <summary>Whether <see cref="Lay"/> would need more memory than there is.</summary>
    public bool IsTooSmall(int length, int headSize) => BytesFor(length, headSize) > _buffer.Bytes;

    /// <summary>Makes room for one head of a text of <paramref name="length"/> tokens, and lays its parts out.</summary>
    public void Lay(int length, int headSize)
    {
        if (IsTooSmall(length, headSize))
        {
            _buffer.Dispose();
            _buffer = new NativeBuffer(BytesFor(length, headSize));
        }

        var (values, scores, output, _) = Offsets(length, headSize);
        Values = Keys + values;
        Scores = Keys + scores;
        Output = Keys + output;
    }

    public void Dispose() => _buffer.Dispose();

    private static (long Values, long Scores, long Output, long End) Offsets(int length, int headSize)
    {
        long paddedLength = VectorMath.RoundUp(length);
        long paddedSize = VectorMath.RoundUp(headSize);
        var values = headSize * paddedLength;
        var scores = values + length * paddedSize;
        var output = scores + AttentionKernel.QueryRows * paddedLength;
        return (values, scores, output, output + AttentionKernel.QueryRows * paddedSize);
    }
}
