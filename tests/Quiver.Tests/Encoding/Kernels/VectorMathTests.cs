using System.Runtime.Intrinsics;
using Quiver.Encoding.Kernels;

namespace Quiver.Tests.Encoding.Kernels;

/// <summary>The stated errors of our own elementary functions, against double precision over a dense set of f32.</summary>
public sealed class VectorMathTests
{
    /// <summary>Every 97th f32 of both signs up to the largest magnitude that matters: about 22 million values.</summary>
    private const int Step = 97;

    [Fact]
    public void Exp_has_a_relative_error_of_at_most_1_5e_7()
    {
        var worst = Worst(VectorMath.Exp, 87.3f, (x, y) => Math.Abs(y - Math.Exp(x)) / Math.Exp(x));
        Assert.InRange(worst, 0, 1.5e-7);
    }

    [Fact]
    public void Gelu_has_an_error_of_at_most_2e_7_of_the_larger_of_1_and_x()
    {
        var worst = Worst(VectorMath.Gelu, 1000f, (x, y) => Math.Abs(y - x * NormalCdf(x)) / Math.Max(1, Math.Abs(x)));
        Assert.InRange(worst, 0, 2e-7);
    }

    [Fact]
    public void Gelu_by_tanh_has_an_error_of_at_most_4e_7_of_the_larger_of_1_and_x()
    {
        static double Reference(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        var worst = Worst(VectorMath.GeluTanh, 100f, (x, y) => Math.Abs(y - Reference(x)) / Math.Max(1, Math.Abs(x)));
        Assert.InRange(worst, 0, 4e-7);
    }

    [Fact]
    public void Tanh_and_sigmoid_have_an_error_of_at_most_2e_7()
    {
        Assert.InRange(Worst(VectorMath.Tanh, 100f, (x, y) => Math.Abs(y - Math.Tanh(x))), 0, 2e-7);
        Assert.InRange(Worst(VectorMath.Sigmoid, 87f, (x, y) => Math.Abs(y - 1 / (1 + Math.Exp(-x)))), 0, 2e-7);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(-1e30f, 0f)]
    [InlineData(0f, 1f)]
    [InlineData(float.NaN, float.NaN)]
    public void Exp_at_its_ends(float x, float expected) => Assert.Equal(expected, VectorMath.Exp(Vector512.Create(x)).GetElement(3));

    [Fact]
    public void The_sum_of_16_lanes_is_one_fixed_tree()
    {
        var random = new Random(7);
        var x = Enumerable.Range(0, 16).Select(_ => (float)random.NextDouble() * MathF.Pow(10, random.Next(-6, 6))).ToArray();

        var lanes = (float[])x.Clone();
        for (var half = 8; half > 0; half /= 2)
        {
            for (var i = 0; i < half; i++)
                lanes[i] += lanes[i + half];
        }

        Assert.Equal(lanes[0], VectorMath.Sum(Vector512.Create<float>(x)));
        Assert.Equal(x.Max(), VectorMath.Max(Vector512.Create<float>(x)));
    }

    private static double Worst(Func<Vector512<float>, Vector512<float>> function, float largest, Func<double, double, double> error)
    {
        var worst = 0.0;
        var end = BitConverter.SingleToInt32Bits(largest);
        var values = new float[16];
        for (var bits = 0; bits < end; bits += 8 * Step)
        {
            for (var lane = 0; lane < 16; lane++)
            {
                var magnitude = BitConverter.Int32BitsToSingle(Math.Min(bits + lane / 2 * Step, end));
                values[lane] = lane % 2 == 0 ? magnitude : -magnitude;
            }

            var result = function(Vector512.Create<float>(values));
            for (var lane = 0; lane < 16; lane++)
                worst = Math.Max(worst, error(values[lane], result.GetElement(lane)));
        }

        return worst;
    }

    /// <summary>Φ through a series near zero and a continued fraction of erfc beyond: independent of the polynomial under test.</summary>
    private static double NormalCdf(double x)
    {
        var t = Math.Abs(x) / Math.Sqrt(2);
        if (t > 10)
            return x > 0 ? 1 : 0;

        double half;
        if (t < 2.5)
        {
            double term = t, sum = t;
            for (var n = 1; Math.Abs(term) > 1e-18 * sum; n++)
            {
                term *= -t * t / n;
                sum += term / (2 * n + 1);
            }

            half = 0.5 - sum / Math.Sqrt(Math.PI);
        }
        else
        {
            var fraction = t;
            for (var n = 60; n > 0; n--)
                fraction = t + n / 2.0 / fraction;
            half = Math.Exp(-t * t) / (2 * Math.Sqrt(Math.PI) * fraction);
        }

        return x > 0 ? 1 - half : half;
    }
}
