using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>A row-major f32 matrix in native memory that somebody else owns: one row per token.</summary>
/// <remarks>Rows are padded to whole panels, and the padding holds zeros: every kernel keeps it so, which is why none has a tail loop.</remarks>
internal readonly unsafe struct Rows(float* data, int count, int width)
{
    public float* Data { get; } = data;

    /// <summary>How many rows.</summary>
    public int Count { get; } = count;

    /// <summary>Elements of a row that mean something.</summary>
    public int Width { get; } = width;

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; } = StrideOf(width);

    public float* this[int row] => Data + (nint)row * Stride;

    public static int StrideOf(int width) =>
        (width + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth * PackedMatrix.PanelWidth;

    public Rows Slice(int first, int count) => new(this[first], count, Width);
}
