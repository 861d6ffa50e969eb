using Quiver.Embedding;

namespace Quiver.Tests.Embedding;

public sealed class VectorFormTests
{
    [Fact]
    public void A_cut_vector_is_scaled_by_the_length_of_what_is_kept()
    {
        var form = new float[2];
        Assert.True(new VectorForm(2, Normalize: true).TryDerive([3, 4, 1000], form));
        Assert.Equal([0.6f, 0.8f], form);
    }

    [Fact]
    public void Without_normalization_the_elements_are_the_base_vectors()
    {
        var form = new float[2];
        Assert.True(new VectorForm(2, Normalize: false).TryDerive([3, -0f, 1000], form));
        Assert.Equal([3f, -0f], form);
    }

    [Fact]
    public void A_zero_vector_stays_zero()
    {
        float[] form = [1, 1];
        Assert.True(new VectorForm(2, Normalize: true).TryDerive([0, 0, 5], form));
        Assert.Equal([0f, 0f], form);
    }

    [Theory]
    [InlineData(1e38f)]
    [InlineData(1e-38f)]
    [InlineData(1e-45f)]
    public void Huge_and_tiny_vectors_get_unit_length_without_overflow(float size)
    {
        var form = new float[4];
        Assert.True(new VectorForm(4, Normalize: true).TryDerive([size, size, size, size], form));
        Assert.Equal([0.5f, 0.5f, 0.5f, 0.5f], form);
    }

    [Theory]
    [InlineData(0, float.NaN)]
    [InlineData(6, float.NaN)]
    [InlineData(2, float.PositiveInfinity)]
    [InlineData(6, float.NegativeInfinity)]
    public void One_element_that_is_not_finite_refuses_the_vector_even_beyond_the_cut(int index, float value)
    {
        float[] vector = [1, 2, 3, 4, 5, 6, 7];
        vector[index] = value;
        Assert.False(new VectorForm(5, Normalize: true).TryDerive(vector, new float[5]));
        Assert.False(new VectorForm(5, Normalize: false).TryDerive(vector, new float[5]));
    }

    [Fact]
    public void Random_vectors_of_any_width_get_unit_length()
    {
        var random = new Random(7);
        for (var width = 1; width < 400; width++)
        {
            var vector = Enumerable.Range(0, width).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            var form = new float[width];
            Assert.True(new VectorForm(width, Normalize: true).TryDerive(vector, form));
            Assert.Equal(1, Math.Sqrt(form.Sum(x => (double)x * x)), 1e-6);
            Assert.All(vector.Zip(form), pair => Assert.Equal(Math.Sign(pair.First), Math.Sign(pair.Second)));
        }
    }
}
