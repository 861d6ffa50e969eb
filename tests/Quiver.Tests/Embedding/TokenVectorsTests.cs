using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>One vector per token, before pooling.</summary>
public sealed class TokenVectorsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public async Task The_default_models_vector_is_the_mean_of_its_tokens(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        using var service = new EmbeddingService(new ModelDirectory([model]));
        var request = new EmbeddingRequest(model.Name, [new("What is deep learning?"), new("A second text, of other tokens than the first."), new("")]) { Normalize = false };

        var tokens = await service.EmbedTokensAsync(request, TestEnd);
        var pooled = await service.EmbedAsync(request, TestEnd);

        Assert.Equal(model.TokenWidth, tokens.Width);
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            Assert.Equal(model.Tokenize(request.Inputs[i].Text!).Ids.Length, tokens.Tokens(i));
            Assert.Equal(pooled.Vector(i), Mean(tokens.Vectors(i), tokens.Tokens(i), tokens.Width));
        }
    }

    [Fact]
    public async Task Each_input_gets_the_vectors_of_its_own_tokens()
    {
        var model = new WordEmbedder(maxTokens: 4);
        using var service = new EmbeddingService(new ModelDirectory([model]));

        var result = await service.EmbedTokensAsync(Request("a b", "c d e f") with { LongInput = LongInput.Truncate }, TestEnd);

        Assert.Equal((2, 4, 4, 6), (result.Count, result.Tokens(0), result.Tokens(1), result.FullTokens(1)));
        foreach (var (index, text) in new[] { (0, "a b"), (1, "c d e f") })
        {
            var input = model.Tokenize(text);
            var expected = new float[input.Ids.Length * model.Width];
            model.EmbedTokens(input, expected);
            Assert.Equal(expected, result.Vectors(index));
        }
    }

    [Fact]
    public async Task Too_many_tokens_are_refused_though_a_request_for_pooled_vectors_may_have_them()
    {
        using var service = new EmbeddingService(new ModelDirectory([new WordEmbedder()]), new EmbeddingServiceOptions { MaxTokenVectors = 10 });
        Assert.Equal(2, (await service.EmbedTokensAsync(Request("a b c", "d e f"), TestEnd)).Count);

        var error = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedTokensAsync(Request("a b c", "d e f g"), TestEnd));

        Assert.Equal((ErrorKind.RequestTooLarge, 11, 10), (error.Kind, error.Tokens, error.TokenLimit));
        Assert.Equal(2, (await service.EmbedAsync(Request("a b c", "d e f g"), TestEnd)).Count);
    }

    [Fact]
    public async Task A_vector_that_is_not_finite_never_leaves()
    {
        using var service = new EmbeddingService(new ModelDirectory([new WordEmbedder { Scale = float.NaN }]));

        var error = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedTokensAsync(Request("a"), TestEnd));
        Assert.Equal(ErrorKind.Internal, error.Kind);
    }

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    /// <summary>As pooling computes it: in the order of the tokens, then divided.</summary>
    private static float[] Mean(ReadOnlySpan<float> vectors, int tokens, int width)
    {
        var mean = new float[width];
        for (var i = 0; i < vectors.Length; i++)
            mean[i % width] += vectors[i];
        return Array.ConvertAll(mean, sum => sum / tokens);
    }
}
