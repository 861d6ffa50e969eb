using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Embedding;

/// <summary>What a request may ask for beside its texts: prompts, sides, ids, errors per input.</summary>
public sealed class RequestFormTests : IDisposable
{
    private readonly WordEmbedder _model = new(maxTokens: 6)
    {
        Prompts = new Dictionary<string, string> { ["query"] = "query: ", ["passage"] = "passage: " },
        DefaultPromptName = "passage",
    };

    private readonly EmbeddingService _service;

    public RequestFormTests() => _service = new EmbeddingService(new ModelDirectory([_model], [new("text-embedding-3-small", "fake")]));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Fact]
    public async Task A_prompt_is_put_in_front_and_none_given_means_the_models_default()
    {
        foreach (var (prompt, text) in new[] { ("query: ", "query: a b"), (null, "passage: a b"), ("", "a b") })
            Assert.Equal(_model.UnitVectorOf(_model.Tokenize(text, "")), await VectorAsync(Request("a b") with { Prompt = prompt }));
        Assert.NotEqual(await VectorAsync(Request("a b") with { Prompt = "" }), await VectorAsync(Request("a b")));
    }

    [Fact]
    public async Task A_prompt_is_not_put_in_front_of_token_ids()
    {
        var request = new EmbeddingRequest("fake", [new EmbeddingInput(null, [5, 6])]) { Prompt = "query: " };
        Assert.Equal(_model.UnitVectorOf(_model.FromTokenIds([5, 6])), await VectorAsync(request));
    }

    [Theory]
    [InlineData(TruncationSide.Right, "a b c d")]
    [InlineData(TruncationSide.Left, "c d e f")]
    public async Task A_text_is_cut_on_the_side_asked_for(TruncationSide side, string rest)
    {
        var request = Request("a b c d e f") with { Prompt = "", LongInput = LongInput.Truncate, TruncationSide = side };
        var result = await _service.EmbedAsync(request, TestEnd);

        Assert.Equal(_model.UnitVectorOf(_model.Tokenize(rest, "")), result.Vector(0));
        Assert.Equal((6, 8, true), (result.Tokens(0), result.FullTokens(0), result.Truncated(0)));
    }

    [Theory]
    [InlineData(LongInput.Refuse)]
    [InlineData(LongInput.Truncate)]
    public async Task A_limit_below_the_models_refuses_also_what_was_embedded_before(LongInput longInput)
    {
        var limited = Request("a b c") with { Prompt = "", TokenLimit = 4, LongInput = longInput };
        for (var time = 0; time < 3; time++)
        {
            var error = await Assert.ThrowsAsync<QuiverException>(() => _service.EmbedAsync(limited, TestEnd));
            Assert.Equal((ErrorKind.InputTooLong, 0, 5L, 4L), (error.Kind, error.InputIndex, error.Tokens, error.TokenLimit));
            Assert.Equal(5, (await _service.EmbedAsync(limited with { TokenLimit = 5 }, TestEnd)).Tokens(0));
        }
    }

    [Theory]
    [InlineData(TruncationSide.Right, new[] { 11, 12, 13, 14, 15, 16 })]
    [InlineData(TruncationSide.Left, new[] { 13, 14, 15, 16, 17, 18 })]
    public async Task Complete_ids_get_no_special_tokens_whatever_the_model_is_called(TruncationSide side, int[] kept)
    {
        foreach (var name in new[] { "fake", "text-embedding-3-small" })
        {
            var request = new EmbeddingRequest(name, [new EmbeddingInput(null, [11, 12, 13, 14, 15, 16, 17, 18], Complete: true)])
            {
                LongInput = LongInput.Truncate,
                TruncationSide = side,
            };
            var result = await _service.EmbedAsync(request, TestEnd);

            Assert.Equal(_model.UnitVectorOf(new TokenizedInput(kept, null, 8)), result.Vector(0));
            Assert.Equal((6, 8), (result.Tokens(0), result.FullTokens(0)));
        }
    }

    [Fact]
    public async Task Errors_per_input_leave_the_others_their_vectors_and_places()
    {
        EmbeddingInput[] inputs = [new("a"), new(null, [9999]), new("a b c d e f"), new("b")];
        var request = new EmbeddingRequest("fake", inputs) { Prompt = "", ErrorsPerInput = true };
        var result = await _service.EmbedAsync(request, TestEnd);

        Assert.Equal(4, result.Count);
        Assert.Equal([null, ErrorKind.InvalidInput, ErrorKind.InputTooLong, null], Enumerable.Range(0, 4).Select(i => result.Error(i)?.Kind));
        Assert.Equal((1, 2), (result.Error(1)!.InputIndex, result.Error(2)!.InputIndex));
        Assert.Equal(_model.UnitVectorOf(_model.Tokenize("a", "")), result.Vector(0));
        Assert.Equal(_model.UnitVectorOf(_model.Tokenize("b", "")), result.Vector(3));
        Assert.True(result.Vector(1).IsEmpty && result.Vector(2).IsEmpty);
        Assert.Equal((6, 0, 3), (result.TokenCount, result.Tokens(2), result.Tokens(3)));

        var first = await Assert.ThrowsAsync<QuiverException>(() => _service.EmbedAsync(request with { ErrorsPerInput = false }, TestEnd));
        Assert.Equal(1, first.InputIndex);
    }

    [Fact]
    public async Task A_request_of_errors_only_is_answered_without_a_vector()
    {
        var request = new EmbeddingRequest("fake", [new(null, [9999]), new(null, [-1])]) { ErrorsPerInput = true };
        var result = await _service.EmbedAsync(request, TestEnd);

        Assert.All(Enumerable.Range(0, 2), i => Assert.Equal(ErrorKind.InvalidInput, result.Error(i)!.Kind));
        Assert.Equal(0, result.TokenCount);
    }

    [Fact]
    public async Task Times_are_those_of_tokenizing_waiting_and_computing()
    {
        using var started = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var time = new ManualTime();
        var model = new WordEmbedder();
        model.OnTokenize = _ => time.Advance(TimeSpan.FromMilliseconds(3));
        model.OnEmbed = _ =>
        {
            started.Set();
            release.Wait(TestEnd);
            time.Advance(TimeSpan.FromMilliseconds(11));
        };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 1 } }, time);
        var first = service.EmbedAsync(Request("first"), TestEnd);
        started.Wait(TestEnd);
        var second = service.EmbedAsync(Request("second", "third"), TestEnd);
        time.Advance(TimeSpan.FromMilliseconds(5));
        release.Set();

        Assert.Equal(TimeSpan.FromMilliseconds(3), (await first).Times.Tokenization);
        var times = (await second).Times;
        Assert.Equal(TimeSpan.FromMilliseconds(6), times.Tokenization);
        Assert.Equal(TimeSpan.FromMilliseconds(16), times.Queue);
        Assert.Equal(TimeSpan.FromMilliseconds(11), times.Inference);
    }

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    private async Task<float[]> VectorAsync(EmbeddingRequest request) => (await _service.EmbedAsync(request, TestEnd)).Vector(0).ToArray();
}
