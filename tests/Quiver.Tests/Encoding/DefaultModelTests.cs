using System.Text.Json;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding;

/// <summary>The shipped model against sentence-transformers: the same float16 weights, and the original float32 ones.</summary>
public sealed class DefaultModelTests
{
    [Fact]
    public void F32_agrees_with_torch_on_the_same_weights_to_2e_6() => Assert.True(LargestDifference(Precision.F32, "minilm_f16_weights") <= 2e-6);

    [Fact]
    public void F32_agrees_with_the_original_weights_to_5e_4() => Assert.True(LargestDifference(Precision.F32, "minilm") <= 5e-4);

    [Fact]
    public void Int16_has_a_mean_cosine_of_0_999995_and_none_under_0_99998()
    {
        var cosines = Compare(Precision.Int16, "minilm_f16_weights").Select(pair => Cosine(pair.Expected, pair.Actual)).ToList();

        Assert.InRange(cosines.Average(), 0.999995, 1.0000001);
        Assert.InRange(cosines.Min(), 0.99998, 1.0000001);
    }

    /// <summary>The golden vectors are of the original float32 weights: the shipped float16 ones move length and direction a little.</summary>
    [Fact]
    public void Vectors_before_normalization_have_the_length_of_the_reference()
    {
        using var model = new LoadedModel(TestData.DefaultModel, Precision.F32);
        var ids = TestData.Cases("embeddings/minilm.jsonl").ToDictionary(golden => golden.GetProperty("text").GetString()!, Ids);
        var compared = 0;
        foreach (var golden in TestData.Cases("embeddings/minilm_mean_unnormalised.jsonl"))
        {
            var expected = Vector(golden, "mean_unnormalised");
            var vector = model.Encode(ids[golden.GetProperty("text").GetString()!]);
            var length = Math.Sqrt(expected.Sum(x => x * x));
            Assert.True(expected.Zip(vector, (x, y) => Math.Abs(x - y)).Max() <= 5e-4 * length);
            compared++;
        }

        Assert.Equal(20, compared);
    }

    private static double LargestDifference(Precision precision, string file) =>
        Compare(precision, file).Max(pair => pair.Expected.Zip(pair.Actual, (x, y) => Math.Abs(x - y)).Max());

    private static IEnumerable<(double[] Expected, float[] Actual)> Compare(Precision precision, string file)
    {
        using var model = new LoadedModel(TestData.DefaultModel, precision);
        foreach (var golden in Golden(file))
        {
            var vector = model.Encode(golden.Ids);
            UnitLength.Normalize(vector);
            yield return (golden.Vector, vector);
        }
    }

    /// <summary>The f16-weights file has vectors only; its ids are those of the same case in minilm.jsonl.</summary>
    private static IEnumerable<(int[] Ids, double[] Vector)> Golden(string file)
    {
        var ids = TestData.Cases("embeddings/minilm.jsonl").ToDictionary(golden => golden.GetProperty("id").GetString()!, Ids);
        return TestData.Cases($"embeddings/{file}.jsonl").Select(golden => (ids[golden.GetProperty("id").GetString()!], Vector(golden, "vector")));
    }

    private static int[] Ids(JsonElement golden) => [.. golden.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Vector(JsonElement golden, string member) => [.. golden.GetProperty(member).EnumerateArray().Select(x => x.GetDouble())];

    private static double Cosine(double[] x, float[] y) =>
        x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(x.Sum(a => a * a) * y.Sum(b => (double)b * b));
}
