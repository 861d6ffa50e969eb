using System.Globalization;
using System.Text.Json;
using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Tests.Support;
using Quiver.Tokenization;

namespace Quiver.Tests.Embedding;

/// <summary>What the cache may answer, and that it answers the same as a computation.</summary>
public sealed class CachedAnswerTests : IDisposable
{
    private readonly WordEmbedder _model = new(maxTokens: 12)
    {
        Prompts = new Dictionary<string, string> { ["query"] = "query " },
        DefaultPromptName = "query",
    };

    private readonly List<string> _tokenized = [];
    private readonly EmbeddingService _service;
    private int _runs;

    public CachedAnswerTests()
    {
        _model.OnEmbed = inputs => Interlocked.Add(ref _runs, inputs.Length);
        _model.OnTokenize = _tokenized.Add;
        _service = new EmbeddingService(new ModelDirectory([_model, new WordEmbedder("other")], [new("alias", "fake")]));
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => _service.Dispose();

    [Theory]
    [InlineData(Precision.Int16)]
    [InlineData(Precision.F32)]
    public async Task A_cached_answer_is_a_fresh_one_bit_for_bit_in_every_form(Precision precision)
    {
        using var model = EmbeddingModel.Load(TestData.DefaultModel, precision);
        using var caching = new EmbeddingService(new ModelDirectory([model]));
        using var fresh = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Cache = new() { MaxBytes = 0 } });
        string[] texts = ["a quiver holds arrows", "Ein Köcher hält Pfeile.", string.Join(' ', Enumerable.Repeat("arrow", 400)), "x"];
        for (var round = 0; round < 4; round++)
        {
            foreach (var (dimensions, normalize) in new[] { (384, true), (384, false), (100, true), (1, false) })
            {
                var request = new EmbeddingRequest(model.Name, [.. texts.Select(text => new EmbeddingInput(text))])
                {
                    Dimensions = dimensions,
                    Normalize = normalize,
                    LongInput = LongInput.Truncate,
                };
                var cached = await caching.EmbedAsync(request, TestEnd);
                var computed = await fresh.EmbedAsync(request, TestEnd);
                for (var i = 0; i < texts.Length; i++)
                {
                    Assert.Equal(round > 0 || dimensions < 384 || !normalize, cached.Cached(i));
                    Assert.False(computed.Cached(i));
                    Assert.Equal(computed.Vector(i), cached.Vector(i));
                    Assert.Equal((computed.Tokens(i), computed.FullTokens(i), computed.Truncated(i)), (cached.Tokens(i), cached.FullTokens(i), cached.Truncated(i)));
                    foreach (var kind in Enum.GetValues<VectorTextKind>())
                        Assert.Equal(VectorText.Of(computed.Vector(i), kind), cached.ReadyText(i, kind) is { IsEmpty: false } text ? text : VectorText.Of(cached.Vector(i), kind));
                }
            }
        }
    }

    [Fact]
    public async Task A_text_is_ready_from_its_second_hit_on_at_full_width_and_unit_length_only()
    {
        for (var hit = -1; hit < 4; hit++)
        {
            var result = await EmbedAsync(Request("text"));
            Assert.Equal(hit < 1, result.ReadyText(0, VectorTextKind.Numbers).IsEmpty);
            if (hit < 1)
                continue;
            var numbers = JsonSerializer.Deserialize<float[]>(result.ReadyText(0, VectorTextKind.Numbers))!;
            Assert.Equal(result.Vector(0), numbers);
            Assert.Equal($"\"{Convert.ToBase64String(System.Runtime.InteropServices.MemoryMarshal.AsBytes(result.Vector(0)))}\"", System.Text.Encoding.UTF8.GetString(result.ReadyText(0, VectorTextKind.Base64)));
        }

        foreach (var request in new[] { Request("text") with { Dimensions = 4 }, Request("text") with { Normalize = false } })
            Assert.True((await EmbedAsync(request)).ReadyText(0, VectorTextKind.Numbers).IsEmpty);
    }

    [Fact]
    public async Task A_hit_is_answered_without_the_tokenizer_and_without_the_model()
    {
        var first = await EmbedAsync(Request("a b c"));
        Assert.Equal((1, 1), (_runs, _tokenized.Count));
        var second = await EmbedAsync(Request("a b c"));

        Assert.Equal((1, 1), (_runs, _tokenized.Count));
        Assert.Equal((InputSource.Computed, InputSource.Cached), (first.Source(0), second.Source(0)));
        Assert.Equal((first.TokenCount, first.FullTokens(0)), (second.TokenCount, second.FullTokens(0)));
        Assert.Equal(default, second.Times);
    }

    [Fact]
    public async Task A_partial_hit_keeps_every_vector_at_its_place()
    {
        await EmbedAsync(Request("b", "d"));
        var result = await EmbedAsync(Request("a", "b", "c", "a", "d", "b"));

        Assert.Equal(["a", "b", "c", "a", "d", "b"], Enumerable.Range(0, 6).Select(i => "abcd".Single(c => _model.UnitVectorOf($"{c}").AsSpan().SequenceEqual(result.Vector(i))).ToString()));
        Assert.Equal(
            [InputSource.Computed, InputSource.Cached, InputSource.Computed, InputSource.Shared, InputSource.Cached, InputSource.Cached],
            Enumerable.Range(0, 6).Select(result.Source));
        Assert.Equal(4, _runs);
        Assert.Equal(6 * 4, result.TokenCount);
    }

    [Fact]
    public async Task What_gives_other_bits_has_another_line_and_what_only_derives_or_names_has_the_same()
    {
        var request = Request("a b c d e f g h i j k l m n o p") with { LongInput = LongInput.Truncate };
        await EmbedAsync(request);
        EmbeddingRequest[] others =
        [
            request with { Prompt = "" },
            request with { Prompt = "quer" },
            request with { TruncationSide = TruncationSide.Left },
            request with { LongInput = LongInput.Mean },
            request with { Tenant = "somebody" },
            request with { Model = "other" },
            request with { Inputs = [new EmbeddingInput(null, [5, 6])] },
            request with { Inputs = [new EmbeddingInput(null, [5, 6], Complete: true)] },
        ];
        foreach (var other in others)
        {
            Assert.False((await EmbedAsync(other)).Cached(0));
            Assert.True((await EmbedAsync(other)).Cached(0));
        }

        foreach (var same in new[] { request with { Prompt = "query " }, request with { Model = "alias" }, request with { Dimensions = 3 }, request with { Normalize = false }, request with { Caller = "x", Bulk = true } })
            Assert.True((await EmbedAsync(same)).Cached(0));
    }

    [Fact]
    public async Task A_cut_text_in_the_cache_is_refused_where_cutting_is_not_asked_for()
    {
        var request = Request("short", "a b c d e f g h i j k l m n");
        await EmbedAsync(request with { LongInput = LongInput.Truncate });
        var cached = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(request));
        var limited = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(request with { TokenLimit = 3, LongInput = LongInput.Truncate }));

        Assert.Equal((ErrorKind.InputTooLong, 1, 17L, 12L), (cached.Kind, cached.InputIndex, cached.Tokens, cached.TokenLimit));
        Assert.Equal((ErrorKind.InputTooLong, 0, 4L, 3L), (limited.Kind, limited.InputIndex, limited.Tokens, limited.TokenLimit));
    }

    [Fact]
    public async Task A_long_text_may_be_the_mean_of_its_windows_weighted_by_their_tokens()
    {
        var words = Enumerable.Range(0, 22).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToList();
        var request = Request(string.Join(' ', words), "short") with { LongInput = LongInput.Mean, Normalize = false };
        var result = await EmbedAsync(request);

        // Nine words a window, behind the prompt's one and between the two special tokens.
        var windows = words.Chunk(9).Select(window => _model.Tokenize("query " + string.Join(' ', window), "")).ToList();
        Assert.Equal([12, 12, 7], windows.Select(window => window.Ids.Length));
        var expected = Enumerable.Range(0, 8).Select(i => (float)(windows.Sum(window => (double)_model.VectorOf(window)[i] * window.Ids.Length) / 31));
        Assert.Equal(expected, result.Vector(0).ToArray());
        Assert.Equal((31, 25, false), (result.Tokens(0), result.FullTokens(0), result.Truncated(0)));
        Assert.Equal(_model.VectorOf(_model.Tokenize("short")), result.Vector(1));

        var again = await EmbedAsync(request);
        Assert.True(again.Cached(0));
        Assert.Equal(result.Vector(0), again.Vector(0));
    }

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    private Task<EmbeddingResult> EmbedAsync(EmbeddingRequest request) => _service.EmbedAsync(request, TestEnd);
}
