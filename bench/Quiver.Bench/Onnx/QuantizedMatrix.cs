namespace Quiver.Bench.Onnx;

/// <summary>Symmetric int8 weights with one scale per output column, the most faithful form that ONNX Runtime's dynamic int8 offers.</summary>
internal static class QuantizedMatrix
{
    /// <param name="weight">[<paramref name="rows"/> × <paramref name="columns"/>], row-major.</param>
    public static (sbyte[] Values, float[] Scales) PerColumn(ReadOnlySpan<float> weight, int rows, int columns)
    {
        var scales = new float[columns];
        for (var i = 0; i < weight.Length; i++)
            scales[i % columns] = MathF.Max(scales[i % columns], MathF.Abs(weight[i]) / sbyte.MaxValue);

        var values = new sbyte[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            var scale = scales[i % columns];
            values[i] = scale == 0 ? (sbyte)0 : (sbyte)MathF.Round(weight[i] / scale);
        }

        return (values, scales);
    }
}
