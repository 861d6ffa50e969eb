using Quiver.Encoding;
using Quiver.Encoding.Kernels;

namespace Quiver.Tests.Encoding.Kernels;

/// <summary>The products against plain loops, over every tile height and over shapes that fill no panel.</summary>
public sealed unsafe class MatrixProductTests
{
    public static TheoryData<int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int>();
            foreach (var rows in (int[])[1, 2, 3, 4, 5, 6, 7, 11, 13, 20, 49])
            {
                shapes.Add(rows, 32, 48);
                shapes.Add(rows, 129, 64);
                shapes.Add(rows, 312, 65);
            }

            shapes.Add(5, 1537, 200);
            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void F32_is_a_chain_of_fused_multiply_adds_in_order(int rows, int inputs, int outputs)
    {
        var (x, weights) = Random(rows, inputs, outputs);
        var actual = Apply(Precision.F32, x, weights, rows, inputs, outputs);
        for (var row = 0; row < rows; row++)
        {
            for (var output = 0; output < outputs; output++)
            {
                var expected = 0f;
                for (var k = 0; k < inputs; k++)
                    expected = MathF.FusedMultiplyAdd(x[row * inputs + k], weights[output * inputs + k], expected);
                Assert.Equal(expected, actual[row * outputs + output]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Int16_sums_are_exact_in_blocks_of_128(int rows, int inputs, int outputs)
    {
        var (x, weights) = Random(rows, inputs, outputs);
        AssertExact(x, weights, rows, inputs, outputs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Rows_of_the_largest_integers_do_not_overflow(int sign)
    {
        const int Inputs = 1536, Outputs = 64;
        var x = Enumerable.Repeat(3.5f, 6 * Inputs).ToArray();
        var weights = Enumerable.Repeat(sign * 0.25f, Outputs * Inputs).ToArray();

        AssertExact(x, weights, 6, Inputs, Outputs);

        var product = Apply(Precision.Int16, x, weights, 6, Inputs, Outputs);
        Assert.All(product, sum => Assert.Equal(sign * 3.5f * 0.25f * Inputs, sum, 1e-3f * Inputs));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.Epsilon)]
    [InlineData(1e-38f)]
    [InlineData(1e38f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Quantized_values_stay_within_13_bits_for_any_row(float extreme)
    {
        const int Width = 64;
        using var buffer = NativeBuffer.OfFloats(Width);
        using var integers = new NativeBuffer(Width * sizeof(short));
        using var scales = NativeBuffer.OfFloats(16);
        for (var i = 0; i < Width; i++)
            buffer.Floats[i] = i % 3 == 0 ? extreme : (i - 31) * 0.01f;

        Quantization.QuantizeRows(buffer.Floats, Width, 1, integers.Shorts, scales.Floats);

        Assert.Equal(float.IsFinite(extreme), float.IsFinite(scales.Floats[0]));
        for (var i = 0; i < Width; i++)
            Assert.InRange(integers.Shorts[i], (short)-PackedMatrix.LargestInteger, (short)PackedMatrix.LargestInteger);
    }

    private static void AssertExact(float[] x, float[] weights, int rows, int inputs, int outputs)
    {
        var actual = Apply(Precision.Int16, x, weights, rows, inputs, outputs);
        for (var row = 0; row < rows; row++)
        {
            var (rowIntegers, rowScale) = Quantize(x.AsSpan(row * inputs, inputs));
            for (var output = 0; output < outputs; output++)
            {
                var (integers, scale) = Quantize(weights.AsSpan(output * inputs, inputs));
                var total = 0f;
                for (var block = 0; block < inputs; block += 128)
                {
                    var sum = 0L;
                    for (var k = block; k < Math.Min(block + 128, inputs); k++)
                        sum += rowIntegers[k] * integers[k];
                    Assert.InRange(sum, int.MinValue, int.MaxValue);
                    total += sum;
                }

                Assert.Equal(MathF.FusedMultiplyAdd(total * rowScale, scale, 0), actual[row * outputs + output]);
            }
        }
    }

    /// <summary>Independent of the product's own code: decimal rounding in double precision.</summary>
    private static (long[] Integers, float Scale) Quantize(ReadOnlySpan<float> row)
    {
        var largest = 0f;
        foreach (var value in row)
            largest = Math.Max(largest, Math.Abs(value));
        var factor = 4095 / largest;
        var integers = new long[row.Length];
        for (var i = 0; i < row.Length; i++)
            integers[i] = (long)Math.Round((double)(row[i] * factor), MidpointRounding.ToEven);
        return (integers, largest / 4095);
    }

    private static float[] Apply(Precision precision, float[] x, float[] weights, int rows, int inputs, int outputs)
    {
        using var linear = new Linear((output, row) => weights.AsSpan(output * inputs, inputs).CopyTo(row), [], inputs, outputs, precision);
        using var workspace = new EncoderWorkspace(inputs, outputs);
        workspace.ReserveRows(rows);
        using var input = NativeBuffer.OfFloats((long)rows * Rows.StrideOf(inputs));
        using var output = NativeBuffer.OfFloats((long)rows * Rows.StrideOf(outputs));
        var from = new Rows(input.Floats, rows, inputs);
        var to = new Rows(output.Floats, rows, outputs);
        for (var row = 0; row < rows; row++)
            x.AsSpan(row * inputs, inputs).CopyTo(new Span<float>(from[row], inputs));

        linear.Apply(from, to, workspace);

        var result = new float[rows * outputs];
        for (var row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(to[row], outputs).CopyTo(result.AsSpan(row * outputs));
            Assert.All(new Span<float>(to[row] + outputs, to.Stride - outputs).ToArray(), padding => Assert.Equal(0f, padding));
        }

        return result;
    }

    private static (float[] X, float[] Weights) Random(int rows, int inputs, int outputs)
    {
        var random = new Random(rows * 7919 + inputs * 31 + outputs);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        return (Values(rows * inputs), Values(outputs * inputs));
    }
}
