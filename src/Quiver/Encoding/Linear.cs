using Quiver.Encoding.Kernels;
using Quiver.Encoding.Sharing;

namespace Quiver.Encoding;

/// <summary>y = activation(x · Wᵀ + b) over rows, in the arithmetic the weights were packed for. Immutable and thread-safe.</summary>
internal sealed unsafe class Linear : IDisposable
{
    /// <summary>Multiply-adds between two yield points: half a millisecond, more on narrower machines.</summary>
    private const long YieldInterval = 32 << 20;

    /// <summary>The same where a second thread helps: it leaves for other work at once, so that yielding is less pressing than sharing evenly.</summary>
    private const long SharedYieldInterval = 8 * YieldInterval;

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
        var operand = Operand(input, workspace);
        var host = workspace.Host;
        var sharing = host?.Sharing;
        var interval = sharing is null ? YieldInterval : SharedYieldInterval;
        var perRow = (long)Inputs * PackedMatrix.PanelWidth;
        var rows = (int)Math.Clamp(interval / perRow, 1, output.Count);
        var panels = (int)Math.Clamp(interval / (perRow * output.Count), 1, _weights.Panels);

        // Groups of panels, so that each stays in L2 while all rows pass; where one panel of all rows is too long, groups of rows.
        for (var panel = 0; panel < _weights.Panels; panel += panels)
        {
            var end = Math.Min(panel + panels, _weights.Panels);
            for (var row = 0; row < output.Count; row += rows)
            {
                host?.YieldPoint();
                var count = Math.Min(rows, output.Count - row);
                var (part, target) = (operand.Slice(row, count), output.Slice(row, count));
                if (sharing is null || workspace.HelperIsLate)
                    Compute(part, target, panel, end);
                else
                    sharing.Compute(new SharedProduct(this, part, target, workspace.Aside(target.Count, target.Width), panel, end), workspace);
            }
        }
    }

    /// <summary>Computes the outputs of some panels.</summary>
    public void Compute(ProductInput input, Rows output, int firstPanel, int endPanel)
    {
        MatrixProduct.Multiply(input.Data, input.Stride, input.Count, _weights, firstPanel, endPanel, output.Data, output.Stride);
        var first = firstPanel * PackedMatrix.PanelWidth;
        RowKernels.Finish(
            output, first, (endPanel - firstPanel) * PackedMatrix.PanelWidth, input.Scales,
            _weights.ColumnScales is null ? null : _weights.ColumnScales + first, _bias.Floats + first, _activation);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }

    /// <summary>The rows in the form of the arithmetic: as they are, or as integers in the workspace.</summary>
    internal ProductInput Operand(Rows input, EncoderWorkspace workspace)
    {
        if (_weights.Precision == Precision.F32)
            return new ProductInput((int*)input.Data, input.Stride, input.Count, null);

        Quantization.QuantizeRows(input.Data, input.Stride, input.Count, workspace.Integers, workspace.RowScales);
        return new ProductInput((int*)workspace.Integers, input.Stride / 2, input.Count, workspace.RowScales);
    }
}
