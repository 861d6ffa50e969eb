using Quiver.Encoding;
using Quiver.Tests.Encoding.Reference;

namespace Quiver.Tests.Encoding;

/// <summary>Widths and head sizes that fill no vector, and texts up to 512 tokens, against a plain network in double precision.</summary>
public sealed class OddShapeTests
{
    /// <summary>Hidden size, heads, intermediate size: heads of 12, 24, 26 and 6; rows with a masked tail of 8, 8, 8 and 14 lanes.</summary>
    public static TheoryData<int, int, int> Shapes => new() { { 72, 6, 144 }, { 72, 3, 100 }, { 312, 12, 600 }, { 30, 5, 50 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Vectors_are_those_of_the_reference(int hidden, int heads, int intermediate)
    {
        using var bert = new RandomBert(hidden, heads, intermediate, layers: 2, positions: 64);
        foreach (var length in (int[])[1, 2, 15, 16, 17, 33, 49, 64])
        {
            var ids = Ids(length);
            var expected = bert.Embed(ids);
            AssertClose(expected, Embed(bert, Precision.F32, ids), 2e-5);
            AssertClose(expected, Embed(bert, Precision.Int16, ids), 1e-2);
        }
    }

    [Theory]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    public void Long_texts_are_those_of_the_reference(int length)
    {
        using var bert = new RandomBert(hidden: 48, heads: 2, intermediate: 96, layers: 1, positions: 512);
        var ids = Ids(length);
        var expected = bert.Embed(ids);
        AssertClose(expected, Embed(bert, Precision.F32, ids), 2e-5);
        AssertClose(expected, Embed(bert, Precision.Int16, ids), 1e-2);
    }

    [Fact]
    public void A_text_of_odd_shape_has_the_same_bits_alone_and_in_company()
    {
        using var bert = new RandomBert(72, 6, 144, layers: 2, positions: 64);
        using var model = new LoadedModel(bert.Folder, Precision.Int16);
        int[][] texts = [Ids(3), Ids(64), Ids(1), Ids(17), Ids(40)];

        Assert.Equal(texts.Select(model.Encode), model.EncodeBatch(texts));
    }

    private static float[] Embed(RandomBert bert, Precision precision, int[] ids)
    {
        using var model = new LoadedModel(bert.Folder, precision);
        return model.Encode(ids);
    }

    private static int[] Ids(int length) => [.. Enumerable.Range(0, length).Select(i => (i * 17 + 3) % 50)];

    private static void AssertClose(double[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.InRange(expected.Zip(actual, (x, y) => Math.Abs(x - y)).Max(), 0, tolerance);
    }
}
