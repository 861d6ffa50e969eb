using Quiver.Encoding.Sharing;

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
    private readonly Grown _aside = new();
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

    /// <summary>The last work that ended before its helper did, or may have; null if there was none.</summary>
    internal SharedWork? LateWork { get; set; }

    /// <summary>Whether a late helper may still use this memory: then none of it is freed, and no other helper gets any of it.</summary>
    internal bool HelperIsLate => LateWork is { IsHelped: true };

    /// <summary>The input rows of an int16 product as integers, valid until the next product.</summary>
    internal short* Integers => _integers.Buffer.Shorts;

    /// <summary>One scale per row of <see cref="Integers"/>.</summary>
    internal float* RowScales => _rowScales.Buffer.Floats;

    /// <summary>What attention works in, head after head.</summary>
    internal HeadMemory Head { get; } = new();

    /// <summary>The same for a helper.</summary>
    internal HeadMemory HelperHead { get; } = new();

    /// <summary>The hidden states of <paramref name="count"/> tokens.</summary>
    internal Rows States(int count) => RowsIn(_states, count, _hidden);

    /// <summary>What a residual branch gives.</summary>
    internal Rows Branch(int count) => RowsIn(_branch, count, _hidden);

    /// <summary>What attention gives before its output projection.</summary>
    internal Rows Context(int count) => RowsIn(_context, count, _hidden);

    /// <summary>A scratch matrix of any width up to the widest.</summary>
    internal Rows Wide(int count, int width) => RowsIn(_wide, count, width);

    /// <summary>Where a helper writes its part.</summary>
    internal Rows Aside(int count, int width) => RowsIn(_aside, count, width);

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
        Reserve(_integers, (long)rows * _widest * sizeof(short));
        Reserve(_rowScales, (long)rows * sizeof(float));
    }

    /// <summary>Makes room for one head of a text of <paramref name="length"/> tokens, in one of the two memories.</summary>
    internal void Lay(HeadMemory memory, int length, int headSize)
    {
        if (memory.IsTooSmall(length, headSize))
            AwaitHelper();
        memory.Lay(length, headSize);
    }

    public void Dispose()
    {
        AwaitHelper();
        Grown[] all =
            [_states, _branch, _context, _wide, _integers, _rowScales, _aside, _vectors, _otherVectors];
        foreach (var grown in all)
            grown.Buffer.Dispose();
        Head.Dispose();
        HelperHead.Dispose();
    }

    private Rows RowsIn(Grown grown, int count, int width)
    {
        Reserve(grown, (long)count * Rows.StrideOf(width) * sizeof(float));
        return new Rows(grown.Buffer.Floats, count, width);
    }

    private void Reserve(Grown grown, long bytes)
    {
        if (bytes <= grown.Buffer.Bytes)
            return;

        AwaitHelper();
        grown.Grow(bytes);
    }

    /// <summary>A late helper comes back when the system lets it: in milliseconds, and only growth and the end wait for it.</summary>
    private void AwaitHelper()
    {
        while (HelperIsLate)
            Thread.Yield();
    }

    private sealed class Grown
    {
        public NativeBuffer Buffer { get; private set; } = new(0);

        public void Grow(long bytes)
        {
            Buffer.Dispose();
            Buffer = new NativeBuffer(bytes);
        }
    }
}
