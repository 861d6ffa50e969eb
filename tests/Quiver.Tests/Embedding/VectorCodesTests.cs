using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

public sealed class VectorCodesTests
{
    private readonly Dictionary<(float[], ElementType), byte[]> _codes = [];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void An_element_is_coded_in_parts_of_the_limit_rounded_and_never_beyond()
    {
        float[] vector = [0.2f, -0.1f, 0, 0.5f, -0.5f];
        Assert.Equal([127, -64, 0, 127, -127], VectorCodes.Of(vector, ElementType.Int8, 5, 0.2f).Select(code => (int)(sbyte)code));
        Assert.Equal([255, 64, 128, 255, 1], VectorCodes.Of(vector, ElementType.UInt8, 5, 0.2f).Select(code => (int)code));
    }

    [Fact]
    public void A_cut_vector_has_a_limit_that_grew_as_it_did()
    {
        // Half the elements, each √2 times as large: the same codes.
        Assert.Equal(VectorCodes.Of([0.2f, -0.5f, 0.1f, 0], ElementType.Int8, 4, 0.5f)[..2], VectorCodes.Of([0.2f * MathF.Sqrt(2), -0.5f * MathF.Sqrt(2)], ElementType.Int8, 4, 0.5f));
    }

    [Fact]
    public void Without_a_limit_four_standard_deviations_of_a_random_unit_vectors_element_are_covered()
    {
        // 0.2 of 400 elements, whose standard deviation is 1/20.
        var vector = new float[400];
        (vector[0], vector[1], vector[2]) = (0.2f, -0.1f, 0.3f);
        Assert.Equal([127, -64, 127, 0], VectorCodes.Of(vector, ElementType.Int8, 400, null).Take(4).Select(code => (int)(sbyte)code));
    }

    [Fact]
    public void Signs_are_packed_first_element_highest_and_binary_is_ubinary_less_128()
    {
        float[] vector = [1, -1, 0, 0.5f, -0f, 2, 3, -3, 1, 1];
        Assert.Equal([0b10010110, 0b11000000], VectorCodes.Of(vector, ElementType.UBinary, 10, null).Select(code => (int)code));
        Assert.Equal([0b10010110 - 128, 0b11000000 - 128], VectorCodes.Of(vector, ElementType.Binary, 10, null).Select(code => (int)(sbyte)code));
    }

    [Fact]
    public void Codes_read_as_json_numbers_of_their_type()
    {
        byte[] codes = [0, 1, 127, 128, 255];
        Assert.Equal("[0,1,127,128,255]", Text(ElementType.UInt8));
        Assert.Equal("[0,1,127,-128,-1]", Text(ElementType.Int8));
        Assert.Equal("[0,1,127,-128,-1]", Text(ElementType.Binary));

        string Text(ElementType type)
        {
            var room = new byte[VectorText.MaxCodeBytes(codes.Length)];
            return System.Text.Encoding.UTF8.GetString(room, 0, VectorText.WriteCodes(codes, type, room));
        }
    }

    [Fact]
    public async Task A_request_gets_the_codes_of_its_unit_vectors_cached_or_not()
    {
        var model = new WordEmbedder();
        using var service = new EmbeddingService(new ModelDirectory([model]));
        foreach (var type in new[] { ElementType.Int8, ElementType.Int8, ElementType.UInt8, ElementType.Binary, ElementType.UBinary })
        {
            foreach (var dimensions in new[] { 8, 5 })
            {
                var result = await service.EmbedAsync(new EmbeddingRequest("fake", [new EmbeddingInput("text")]) { ElementType = type, Dimensions = dimensions }, TestEnd);
                Assert.Equal(VectorCodes.Of(model.UnitVectorOf("text", dimensions), type, 8, null), result.Codes(0).ToArray());
            }
        }

        var refused = await Assert.ThrowsAsync<QuiverException>(
            () => service.EmbedAsync(new EmbeddingRequest("fake", [new EmbeddingInput("text")]) { ElementType = ElementType.Int8, Normalize = false }, TestEnd));
        Assert.Equal((ErrorKind.InvalidInput, "normalize"), (refused.Kind, refused.Parameter));
    }

    /// <summary>The limit that comes with the default model, on texts it was not measured with: summaries, and first sentences.</summary>
    [Fact]
    public void Int8_and_uint8_find_as_much_as_floats_do()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        Assert.NotNull(model.CodeLimit);
        var documents = TestData.Cases("corpus/packages.jsonl").Take(1000).Select(line => (Name: line.GetProperty("name").GetString()!, Vector: Embed(line.GetProperty("summary").GetString()!))).ToArray();
        var queries = TestData.Cases("corpus/packages.jsonl").Take(1000).Where((_, i) => i % 5 == 0)
            .Select(line => (Relevant: line.GetProperty("name").GetString()!, Vector: Embed(line.GetProperty("description").GetString()!.Split('.')[0]))).ToArray();

        var floats = Recall((query, document) => query.Zip(document, (x, y) => (double)x * y).Sum());
        var int8 = Recall((query, document) => Codes(query, ElementType.Int8).Zip(Codes(document, ElementType.Int8), (x, y) => (double)(sbyte)x * (sbyte)y).Sum());
        var uint8 = Recall((query, document) => -Codes(query, ElementType.UInt8).Zip(Codes(document, ElementType.UInt8), (x, y) => Math.Pow(x - y, 2)).Sum());

        Assert.InRange(floats, 0.5, 1);
        Assert.True(int8 >= 0.99 * floats && uint8 >= 0.99 * floats, $"recall@10: float {floats}, int8 {int8}, uint8 {uint8}");

        byte[] Codes(float[] vector, ElementType type) => _codes.TryGetValue((vector, type), out var codes) ? codes : _codes[(vector, type)] = VectorCodes.Of(vector, type, 384, model.CodeLimit);

        double Recall(Func<float[], float[], double> score) => queries.Average(
            query => documents.OrderByDescending(document => score(query.Vector, document.Vector)).Take(10).Any(document => document.Name == query.Relevant) ? 1.0 : 0);

        float[] Embed(string text)
        {
            var vector = new float[384];
            model.Embed([model.Tokenize(text)], vector);
            UnitLength.Normalize(vector);
            return vector;
        }
    }
}
