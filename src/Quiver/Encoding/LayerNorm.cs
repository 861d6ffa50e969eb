using Quiver.Encoding.Kernels;

namespace Quiver.Encoding;

/// <summary>Layer normalization with weight and bias. Immutable and thread-safe.</summary>
internal sealed unsafe class LayerNorm : IDisposable
{
    private readonly NativeBuffer _parameters;
    private readonly int _stride;
    private readonly float _epsilon;

    public LayerNorm(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float epsilon)
    {
        _stride = Rows.StrideOf(weight.Length);
        _parameters = NativeBuffer.OfFloats(2 * _stride);
        weight.CopyTo(new Span<float>(_parameters.Floats, weight.Length));
        bias.CopyTo(new Span<float>(_parameters.Floats + _stride, bias.Length));
        _epsilon = epsilon;
    }

    /// <summary>Normalizes every row in place.</summary>
    public void Apply(Rows rows) => AddAndApply(rows, default);

    /// <summary>Adds the other branch of a residual, then normalizes every row of <paramref name="rows"/> in place.</summary>
    public void AddAndApply(Rows rows, Rows branch) =>
        RowKernels.AddAndNormalize(rows, branch, _parameters.Floats, _parameters.Floats + _stride, _epsilon);

    public void Dispose() => _parameters.Dispose();
}
