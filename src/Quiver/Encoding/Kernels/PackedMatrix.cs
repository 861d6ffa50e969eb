namespace Quiver.Encoding.Kernels;

/// <summary>
/// The weights of one linear map, laid out for <see cref="MatrixProduct"/>: panels of 64 output columns, and inside a panel one
/// step of k after the other (one f32 per column, or for int16 two consecutive k side by side). Missing columns are zero.
/// </summary>
/// <remarks>Immutable after packing; any number of threads may read it.</remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Output columns in one panel; activation rows are padded to a multiple of it.</summary>
    public const int PanelWidth = 64;

    /// <summary>The largest magnitude of a quantized weight or activation: 13 bits with the sign.</summary>
    public const int LargestInteger = 4095;

    private readonly NativeBuffer _data;
    private readonly NativeBuffer? _scales;

    private PackedMatrix(Precision precision, int inputs, int outputs)
    {
        Precision = precision;
        Inputs = inputs;
        Outputs = outputs;
        Steps = precision == Precision.F32 ? inputs : (inputs + 1) / 2;
        Panels = (outputs + PanelWidth - 1) / PanelWidth;
        _data = new NativeBuffer((long)Panels * Steps * PanelWidth * sizeof(int));
        _scales = precision == Precision.Int16 ? NativeBuffer.OfFloats(Panels * PanelWidth) : null;
    }

    public Precision Precision { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Steps along k: one input each in f32, two in int16.</summary>
    public int Steps { get; }

    public int Panels { get; }

    /// <summary>For int16: what one unit of an output column's weights is worth. Null for f32.</summary>
    public float* ColumnScales => _scales is null ? null : _scales.Floats;

    public int* Panel(int index) => _data.Ints + (long)index * Steps * PanelWidth;

    /// <summary>Packs row-major weights [outputs × inputs], as PyTorch's Linear stores them.</summary>
    public static PackedMatrix Pack(ReadOnlySpan<float> weights, int inputs, int outputs, Precision precision)
    {
        if (weights.Length != (long)inputs * outputs)
            throw new ArgumentException($"{weights.Length} weights for {outputs} × {inputs}.", nameof(weights));

        var matrix = new PackedMatrix(precision, inputs, outputs);
        for (var output = 0; output < outputs; output++)
        {
            var row = weights.Slice(output * inputs, inputs);
            if (precision == Precision.F32) matrix.PackF32(row, output);
            else matrix.PackInt16(row, output);
        }

        return matrix;
    }

    public void Dispose()
    {
        _data.Dispose();
        _scales?.Dispose();
    }

    private void PackF32(ReadOnlySpan<float> row, int output)
    {
        var target = (float*)Panel(output / PanelWidth) + output % PanelWidth;
        foreach (var weight in row)
        {
            *target = weight;
            target += PanelWidth;
        }
    }

    private void PackInt16(ReadOnlySpan<float> row, int output)
    {
        var largest = 0f;
        foreach (var weight in row)
            largest = MathF.Max(largest, MathF.Abs(weight));

        _scales!.Floats[output] = Quantization.Scale(largest);
        var factor = Quantization.Factor(largest);
        var target = (short*)(Panel(output / PanelWidth) + output % PanelWidth);
        for (var k = 0; k < row.Length; k++)
            target[(long)(k / 2) * 2 * PanelWidth + k % 2] = Quantization.Round(row[k], factor);
    }
}
