using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.Intrinsics;

namespace Quiver.Encoding.Kernels;

/// <summary>Writes the weights of one output of a linear map, [inputs].</summary>
internal delegate void WeightRows(int output, Span<float> destination);

/// <summary>
/// The weights of one linear map, laid out for <see cref="MatrixProduct"/>: panels of some output columns, and inside a panel one
/// step of k after the other (one f32 per column, or for int16 two consecutive k side by side). Missing columns are zero.
/// </summary>
/// <remarks>Immutable after packing; any number of threads may read it.</remarks>
internal sealed unsafe class PackedMatrix : IDisposable
{
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
        Panels = Rows.StrideOf(outputs) / PanelWidth;
        _data = new NativeBuffer((long)Panels * Steps * PanelWidth * sizeof(int));
        _scales = precision == Precision.Int16 ? NativeBuffer.OfFloats(Panels * PanelWidth) : null;
    }

    /// <summary>Output columns in one panel: the width of a register tile, so that a tile reads its panel in one stream.</summary>
    public static int PanelWidth => Vector512.IsHardwareAccelerated ? 64 : 16;

    public Precision Precision { get; }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Steps along k: one input each in f32, two in int16.</summary>
    public int Steps { get; }

    /// <summary>Enough panels to cover an output row with its padding.</summary>
    public int Panels { get; }

    /// <summary>For int16: what one unit of an output column's weights is worth. Null for f32.</summary>
    public float* ColumnScales => _scales is null ? null : _scales.Floats;

    public int* Panel(int index) => _data.Ints + (long)index * Steps * PanelWidth;

    /// <summary>Reads and packs the weights, panel by panel on all cores.</summary>
    /// <param name="rows">Gives the weights of one output, as PyTorch's Linear stores them; called from several threads.</param>
    public static PackedMatrix Pack(WeightRows rows, int inputs, int outputs, Precision precision)
    {
        var matrix = new PackedMatrix(precision, inputs, outputs);
        try
        {
            Parallel.For(0, matrix.Panels, panel => matrix.PackPanel(rows, panel));
        }
        catch (AggregateException exception)
        {
            matrix.Dispose();
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return matrix;
    }

    public void Dispose()
    {
        _data.Dispose();
        _scales?.Dispose();
    }

    /// <remarks>Compiled in full at its first call: all of a model's weights go through here, and code for wide vectors is never compiled beforehand.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void PackPanel(WeightRows rows, int panel)
    {
        // The panel's rows side by side first: then one pass writes each step's 64 columns in order.
        var first = panel * PanelWidth;
        var count = Math.Clamp(Outputs - first, 0, PanelWidth);
        var stride = Rows.StrideOf(Inputs);
        using var buffer = NativeBuffer.OfFloats((long)PanelWidth * stride);
        for (var i = 0; i < count; i++)
            rows(first + i, new Span<float>(buffer.Floats + i * stride, Inputs));

        var units = buffer.Ints;
        if (Precision == Precision.Int16)
        {
            // In place: a row's integers take the first half of its room.
            for (var i = 0; i < count; i++)
                Quantization.QuantizeRows(buffer.Floats + i * stride, stride, 1, (short*)(units + i * stride), ColumnScales + first + i);
        }

        var target = Panel(panel);
        for (var step = 0; step < Steps; step++, target += PanelWidth)
        {
            for (var i = 0; i < PanelWidth; i++)
                target[i] = units[i * stride + step];
        }
    }
}
