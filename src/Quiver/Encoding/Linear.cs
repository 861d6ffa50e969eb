using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>y = activation(x · Wᵀ + b) over rows, in the arithmetic the weights were packed for. Immutable and thread-safe.</summary>
internal sealed unsafe class Linear : IDisposable
{
    /// <summary>Multiply-adds between two yield points: half a millisecond, more on narrower machines.</summary>
    private const long YieldInterval = 32 << 20;

    private readonly PackedMatrix _weights;
    private readonly NativeBuffer _bias;
    private readonly Activation _activation;

    /// <param name="weights">Gives each output's weights.</param>
    /// <param name="bias">One per output, or empty for none.</param>
    public Linear(
        WeightRows weights, ReadOnlySpan<float> bias, int inputs, int outputs, Precision precision, Activation activation = Activation.None)
    {
        _weights = PackedMatrix.Pack(weights, inputs, outputs, precision);
        _bias = NativeBuffer.OfFloats(Rows.StrideOf(outputs));
        bias.CopyTo(new Span<float>(_bias.Floats, outputs));
        _activation = activation;
    }

    public int Inputs => _weights.Inputs;

    public int Outputs => _weights.Outputs;

    /// <summary>Computes all outputs of all rows.</summary>
    /// <param name="input">[rows × <see cref="Inputs"/>]</param>
    /// <param name="output">[rows × <see cref="Outputs"/>]; must not overlap the input.</param>
    /// <param name="workspace">Holds the input's integers for int16.</param>
    public void Apply(Rows input, Rows output, EncoderWorkspace workspace)
    {
        if (_weights.Precision == Precision.F32)
        {
            Multiply((int*)input.Data, input.Stride, output, workspace.Host);
            RowKernels.Finish(output, null, null, _bias.Floats, _activation);
            return;
        }

        Quantization.QuantizeRows(input.Data, input.Stride, input.Count, workspace.Integers, workspace.RowScales);
        Multiply((int*)workspace.Integers, input.Stride / 2, output, workspace.Host);
        RowKernels.Finish(output, workspace.RowScales, _weights.ColumnScales, _bias.Floats, _activation);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }

    /// <summary>The sums of all outputs, in groups of panels; where one panel of all rows is too long, in groups of rows.</summary>
    private void Multiply(int* input, nint stride, Rows output, EncodingHost? host)
    {
        var perRow = (long)Inputs * PackedMatrix.PanelWidth;
        var rows = (int)Math.Clamp(YieldInterval / perRow, 1, output.Count);
        var panels = (int)Math.Clamp(YieldInterval / (perRow * output.Count), 1, _weights.Panels);
        for (var panel = 0; panel < _weights.Panels; panel += panels)
        {
            var end = Math.Min(panel + panels, _weights.Panels);
            for (var row = 0; row < output.Count; row += rows)
            {
                host?.YieldPoint();
                MatrixProduct.Multiply(input + row * stride, stride, Math.Min(rows, output.Count - row), _weights, panel, end, output[row], output.Stride);
            }
        }
    }
}
