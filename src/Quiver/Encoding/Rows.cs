namespace Quiver.Encoding;

/// <summary>A row-major f32 matrix in native memory that somebody else owns: one row per token.</summary>
/// <remarks>Rows are padded to multiples of 64 elements, and the padding holds zeros: every kernel keeps it so, which is why none has a tail loop.</remarks>
internal readonly unsafe struct Rows(float* data, int count, int width)
{
    /// <summary>The widest register tile's columns, whatever this machine's tile is.</summary>
    private const int Alignment = 64;

    public float* Data { get; } = data;

    /// <summary>How many rows.</summary>
    public int Count { get; } = count;

    /// <summary>Elements of a row that mean something.</summary>
    public int Width { get; } = width;

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; } = StrideOf(width);

    public float* this[int row] => Data + (nint)row * Stride;

    public static int StrideOf(int width) =>
        (width + Alignment - 1) / Alignment * Alignment;

    public Rows Slice(int first, int count) => new(this[first], count, Width);

    /// <summary>Copies some columns of every row to the same place of a matrix of the same shape.</summary>
    public void CopyColumns(Rows target, int first, int count)
    {
        for (var row = 0; row < Count; row++)
            new ReadOnlySpan<float>(this[row] + first, count).CopyTo(new Span<float>(target[row] + first, count));
    }
}
