namespace Quiver.Encoding;

/// <summary>The left side of a product, in the form the weights' arithmetic takes. Memory of the run's workspace.</summary>
/// <param name="data">Rows of 4-byte units: f32, or int16 in pairs.</param>
/// <param name="stride">Units from one row to the next.</param>
/// <param name="count">How many rows.</param>
/// <param name="scales">One per row for int16; null for f32.</param>
internal readonly unsafe struct ProductInput(int* data, nint stride, int count, float* scales)
{
    public int* Data { get; } = data;

    public nint Stride { get; } = stride;

    public int Count { get; } = count;

    public float* Scales { get; } = scales;

    public ProductInput Slice(int first, int count) => new(Data + first * Stride, Stride, count, Scales is null ? null : Scales + first);
}
