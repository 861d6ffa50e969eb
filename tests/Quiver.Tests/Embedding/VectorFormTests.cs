using Quiver.Embedding;

namespace Quiver.Tests.Embedding;

public sealed class VectorFormTests
{
    [Fact]
    public void A_cut_vector_is_scaled_by_the_length_of_what_is_kept()
    {
        Assert.Equal([0.6f, 0.8f], new VectorForm(2, Normalize: true).Derive([3, 4, 1000]));
    }

    [Fact]
    public void Without_normalization_the_elements_are_the_base_vectors()
    {
        Assert.Equal([3f, -0f], new VectorForm(2, Normalize: false).Derive([3, -0f, 1000]));
    }

    [Fact]
    public void A_zero_vector_stays_zero()
    {
        Assert.Equal([0f, 0f], new VectorForm(2, Normalize: true).Derive([0, 0, 5]));
    }

    [Theory]
    [InlineData(1e38f)]
    [InlineData(1e-38f)]
    [InlineData(1e-45f)]
    public void Huge_and_tiny_vectors_get_unit_length_without_overflow(float size)
    {
        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], new VectorForm(4, Normalize: true).Derive([size, size, size, size]));
    }

    [Fact]
    public void Random_vectors_of_any_width_get_unit_length()
    {
        var random = new Random(7);
        for (var width = 1; width < 400; width++)
        {
            var vector = Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            var form = new VectorForm(width, Normalize: true).Derive(vector);
            Assert.Equal(1, Math.Sqrt(form.Sum(x => (double)x * x)), 1e-6);
            Assert.All(vector.Zip(form), pair => Assert.Equal(Math.Sign(pair.First), Math.Sign(pair.Second)));
        }
    }
}
