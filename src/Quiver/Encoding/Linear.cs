using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>y = activation(x · Wᵀ + b) over rows, in the arithmetic the weights were packed for. Immutable and thread-safe.</summary>
internal sealed unsafe class Linear : IDisposable
{
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
            MatrixProduct.Multiply((int*)input.Data, input.Stride, input.Count, _weights, 0, _weights.Panels, output.Data, output.Stride);
            RowKernels.Finish(output, null, null, _bias.Floats, _activation);
            return;
        }

        Quantization.QuantizeRows(input.Data, input.Stride, input.Count, workspace.Integers, workspace.RowScales);
        MatrixProduct.Multiply((int*)workspace.Integers, input.Stride / 2, input.Count, _weights, 0, _weights.Panels, output.Data, output.Stride);
        RowKernels.Finish(output, workspace.RowScales, _weights.ColumnScales, _bias.Floats, _activation);
    }

    public void Dispose()
    {
        _weights.Dispose();
        _bias.Dispose();
    }
}
