using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>
/// The memory one run of the encoder works in; it grows to the largest batch seen. One thread uses it at a time, and any number of runs
/// may use it after each other.
/// </summary>
public sealed unsafe class EncoderWorkspace : IDisposable
{
    private readonly int _widest;
    private readonly int _hidden;
    private readonly Grown _states = new();
    private readonly Grown _branch = new();
    private readonly Grown _context = new();
    private readonly Grown _wide = new();
    private readonly Grown _integers = new();
    private readonly Grown _rowScales = new();
    private readonly Grown _keys = new();
    private readonly Grown _values = new();
    private readonly Grown _scores = new();
    private readonly Grown _headOutput = new();
    private Grown _vectors = new();
    private Grown _otherVectors = new();

    /// <param name="hidden">Elements of a hidden state.</param>
    /// <param name="widest">Elements of the widest row anywhere in the network.</param>
    internal EncoderWorkspace(int hidden, int widest)
    {
        _hidden = hidden;
        _widest = Rows.StrideOf(Math.Max(hidden, widest));
    }

    /// <summary>Whom the run lets in between two steps, or null.</summary>
    internal EncodingHost? Host { get; set; }

    /// <summary>The input rows of an int16 product as integers, valid until the next product.</summary>
    internal short* Integers => _integers.Buffer.Shorts;

    /// <summary>One scale per row of <see cref="Integers"/>.</summary>
    internal float* RowScales => _rowScales.Buffer.Floats;

    /// <summary>One head's keys, transposed: [head size × padded length].</summary>
    internal float* Keys => _keys.Buffer.Floats;

    /// <summary>One head's values: [length × padded head size].</summary>
    internal float* Values => _values.Buffer.Floats;

    /// <summary>One tile of attention scores: [query rows × padded length].</summary>
    internal float* Scores => _scores.Buffer.Floats;

    /// <summary>One tile of one head's output: [query rows × padded head size].</summary>
    internal float* HeadOutput => _headOutput.Buffer.Floats;

    /// <summary>The hidden states of <paramref name="count"/> tokens.</summary>
    internal Rows States(int count) => RowsIn(_states, count, _hidden);

    /// <summary>What a residual branch gives.</summary>
    internal Rows Branch(int count) => RowsIn(_branch, count, _hidden);

    /// <summary>What attention gives before its output projection.</summary>
    internal Rows Context(int count) => RowsIn(_context, count, _hidden);

    /// <summary>A scratch matrix of any width up to the widest.</summary>
    internal Rows Wide(int count, int width) => RowsIn(_wide, count, width);

    /// <summary>One vector per text, as pooling gives it.</summary>
    internal Rows Vectors(int count, int width) => RowsIn(_vectors, count, width);

    /// <summary>One vector per text, after a dense map; the two matrices take turns.</summary>
    internal Rows OtherVectors(int count, int width)
    {
        (_vectors, _otherVectors) = (_otherVectors, _vectors);
        return RowsIn(_vectors, count, width);
    }

    /// <summary>Makes room for the integers of <paramref name="rows"/> rows.</summary>
    internal void ReserveRows(int rows)
    {
        _integers.Reserve((long)rows * _widest * sizeof(short));
        _rowScales.Reserve((long)rows * sizeof(float));
    }

    /// <summary>Makes room for one head of a text of <paramref name="length"/> tokens.</summary>
    internal void ReserveHead(int length, int headSize, int queryRows)
    {
        long paddedLength = VectorMath.RoundUp(length);
        long paddedSize = VectorMath.RoundUp(headSize);
        _keys.Reserve(headSize * paddedLength * sizeof(float));
        _values.Reserve(length * paddedSize * sizeof(float));
        _scores.Reserve(queryRows * paddedLength * sizeof(float));
        _headOutput.Reserve(queryRows * paddedSize * sizeof(float));
    }

    public void Dispose()
    {
        Grown[] all =
            [_states, _branch, _context, _wide, _integers, _rowScales, _keys, _values, _scores, _headOutput, _vectors, _otherVectors];
        foreach (var grown in all)
            grown.Buffer.Dispose();
    }

    private static Rows RowsIn(Grown grown, int count, int width)
    {
        grown.Reserve((long)count * Rows.StrideOf(width) * sizeof(float));
        return new Rows(grown.Buffer.Floats, count, width);
    }

    private sealed class Grown
    {
        public NativeBuffer Buffer { get; private set; } = new(0);

        public void Reserve(long bytes)
        {
            if (bytes <= Buffer.Bytes)
                return;

            Buffer.Dispose();
            Buffer = new NativeBuffer(bytes);
        }
    }
}
