using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding;

/// <summary>The encoder's yield points, on the default model.</summary>
public sealed class YieldPointTests
{
    [Theory]
    [InlineData(Precision.F32)]
    [InlineData(Precision.Int16)]
    public void Whatever_runs_at_a_texts_yield_points_neither_run_changes_the_other(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        var large = model.Tokenize(string.Join(' ', Enumerable.Repeat("a text as long as the model takes", 100)));
        var small = model.Tokenize("What is deep learning?");
        var expected = (Large: Embed(model, large, null), Small: Embed(model, small, null));
        var nested = new List<float[]>();
        // Every 7th is enough: the points differ from layer to layer.
        var host = new Host { OnYield = count => { if (count % 7 == 0) nested.Add(Embed(model, small, null)); } };
        host.Ask();

        Assert.Equal(expected.Large, Embed(model, large, host));
        Assert.True(nested.Count > 50, $"{nested.Count}");
        Assert.All(nested, vector => Assert.Equal(expected.Small, vector));
    }

    [Fact]
    public void Without_a_request_nothing_is_called_and_what_is_thrown_ends_the_run()
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, Precision.Int16);
        var input = model.Tokenize("What is deep learning?");
        var host = new Host { OnYield = _ => throw new OperationCanceledException() };
        var expected = Embed(model, input, host);

        host.Ask();
        Assert.Throws<OperationCanceledException>(() => Embed(model, input, host));
        // The workspace of the run that ended is used again.
        Assert.Equal(expected, Embed(model, input, null));
    }

    private static float[] Embed(EmbeddingModel model, TokenizedInput input, EncodingHost? host)
    {
        var vector = new float[model.Width];
        model.Embed([input], vector, host);
        return vector;
    }

    private sealed class Host : EncodingHost
    {
        private int _count;

        public Action<int> OnYield { get; init; } = _ => { };

        public void Ask() => RequestYield();

        protected override void Yield() => OnYield(++_count);
    }
}
