using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Tests.Support;
using Quiver.Tokenization;
using Quiver.Tokenization.OpenAi;

namespace Quiver.Tests.Embedding;

public sealed class EmbeddingServiceTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_text_gets_its_own_vector_whatever_runs_beside_it()
    {
        var model = new WordEmbedder();
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 4 } });
        var random = new Random(3);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var texts = Enumerable.Range(0, random.Next(1, 40)).Select(i => Words(random.Next(0, 30)) + " " + i).ToArray();
            var result = await service.EmbedAsync(Request(texts) with { Normalize = false }, TestEnd);
            for (var i = 0; i < texts.Length; i++)
                Assert.Equal(model.VectorOf(model.Tokenize(texts[i])), result.Vector(i));
        }));
    }

    [Fact]
    public async Task A_large_request_is_cut_into_units_within_the_limits_shortest_texts_first()
    {
        var units = new List<int[]>();
        var model = new WordEmbedder { OnEmbed = inputs => units.Add([.. inputs.Select(input => input.Ids.Length)]) };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, UnitTexts = 3, UnitTokens = 12 } });
        await service.EmbedAsync(Request(Words(20), "a", Words(3), Words(2), "b", Words(4), "c"), TestEnd);

        Assert.Equal([[3, 3, 3], [4, 5], [6], [22]], units);
    }

    [Fact]
    public async Task A_small_request_is_cut_evenly_over_the_runners()
    {
        var units = 0;
        var model = new WordEmbedder { OnEmbed = _ => Interlocked.Increment(ref units) };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 2 } });
        await service.EmbedAsync(Request("a b c d", "e f g h", "i j k l", "m n o p"), TestEnd);

        Assert.Equal(2, units);
    }

    [Fact]
    public async Task Cancellation_drops_what_waits_and_frees_its_place()
    {
        using var held = new HeldRunner();
        using var cancellation = new CancellationTokenSource();
        var dropped = held.Service.EmbedAsync(Many("dropped", 100), cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped);

        // The lane is empty again, so a request over its size is taken.
        var next = held.Service.EmbedAsync(Many("next", 100), TestEnd);
        held.Release();
        await next;
        Assert.DoesNotContain(held.Embedded, input => held.BeginsWith(input, "dropped"));
        Assert.Contains(held.Embedded, input => held.BeginsWith(input, "next"));
    }

    [Fact]
    public async Task A_full_lane_refuses_at_once_and_says_when_to_come_back()
    {
        using var held = new HeldRunner(new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, BulkQueueTokens = 100 } });
        var bulk = held.Service.EmbedAsync(Many("bulk", 200), TestEnd);

        var refused = await Assert.ThrowsAsync<QuiverException>(() => held.Service.EmbedAsync(Many("more", 9), TestEnd));
        Assert.Equal(ErrorKind.Overloaded, refused.Kind);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(held.Tokenized, text => text.StartsWith("more", StringComparison.Ordinal));

        // The interactive lane has room of its own.
        var interactive = held.Service.EmbedAsync(Request("interactive"), TestEnd);
        held.Release();
        await Task.WhenAll(bulk, interactive);
    }

    [Fact]
    public async Task Large_requests_take_turns_to_be_tokenized_and_small_ones_do_not_wait_for_them()
    {
        using var started = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var tokenized = 0;
        var model = new WordEmbedder();
        model.OnTokenize = text =>
        {
            if (text.Length < 1000 || Interlocked.Increment(ref tokenized) > 1)
                return;
            started.Set();
            release.Wait(TestEnd);
        };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 1 } });
        var first = Task.Run(() => service.EmbedAsync(Large("a"), TestEnd), TestEnd);
        started.Wait(TestEnd);

        using var cancellation = new CancellationTokenSource();
        var cancelled = service.EmbedAsync(Large("b"), cancellation.Token);
        var last = service.EmbedAsync(Large("c"), TestEnd);
        Assert.Equal(1, (await service.EmbedAsync(Request("small"), TestEnd)).Count);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(1, tokenized);

        release.Set();
        await Task.WhenAll(first, last);
        Assert.Equal(2, tokenized);

        static EmbeddingRequest Large(string word) => Request(word + new string('w', 100_000));
    }

    [Fact]
    public async Task A_failing_unit_fails_its_request_only()
    {
        var model = new WordEmbedder();
        model.OnEmbed = inputs =>
        {
            if (inputs.Any(input => input.Ids.Length == 7))
                throw new InvalidOperationException("broken");
        };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 1 } });
        var broken = service.EmbedAsync(Request([.. Enumerable.Range(0, 500).Select(i => $"{i} b c d e")]), TestEnd);
        var whole = service.EmbedAsync(Request(Words(4)), TestEnd);

        var error = await Assert.ThrowsAsync<QuiverException>(() => broken);
        Assert.Equal(ErrorKind.Internal, error.Kind);
        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.Equal(1, (await whole).Count);
    }

    [Fact]
    public async Task Closing_fails_what_waits_and_refuses_what_comes()
    {
        var held = new HeldRunner();
        var running = held.First;
        var waiting = held.Service.EmbedAsync(Request("waiting"), TestEnd);
        var closing = Task.Run(held.Service.Dispose, TestEnd);

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<QuiverException>(() => waiting)).Kind);
        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<QuiverException>(() => held.Service.EmbedAsync(Request("late"), TestEnd))).Kind);
        held.Release();
        await closing;
        Assert.Equal(1, (await running).Count);
    }

    [Fact]
    public async Task Limits_and_truncation_are_judged_per_text()
    {
        var model = new WordEmbedder(maxTokens: 10);
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { MaxRequestTokens = 25 });
        var request = Request(Words(3), Words(30));

        var tooLong = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(request, TestEnd));
        Assert.Equal((ErrorKind.InputTooLong, 1, 32, 10), (tooLong.Kind, tooLong.InputIndex, tooLong.Tokens, tooLong.TokenLimit));

        var cut = await service.EmbedAsync(request with { LongInput = LongInput.Truncate }, TestEnd);
        Assert.Equal((false, true, 15), (cut.Truncated(0), cut.Truncated(1), cut.TokenCount));

        // The limit of the whole counts what is embedded, not what was cut.
        var tooMany = await Assert.ThrowsAsync<QuiverException>(
            () => service.EmbedAsync(Request(Words(30), Words(30), Words(30)) with { LongInput = LongInput.Truncate }, TestEnd));
        Assert.Equal((ErrorKind.RequestTooLarge, 30, 25), (tooMany.Kind, tooMany.Tokens, tooMany.TokenLimit));
    }

    [Fact]
    public async Task An_input_without_a_token_is_refused_by_its_position()
    {
        using var service = new EmbeddingService(new ModelDirectory([new WordEmbedder { AddsSpecialTokens = false }]));

        var error = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(Request("word", " ", "word"), TestEnd));
        Assert.Equal((ErrorKind.InvalidInput, "input", 1), (error.Kind, error.Parameter, error.InputIndex));
        Assert.Equal(1, (await service.EmbedAsync(Request("word"), TestEnd)).Count);
    }

    [Fact]
    public async Task Token_ids_sent_to_a_name_of_OpenAI_are_decoded_as_its_vocabulary_and_others_as_the_models()
    {
        var model = new WordEmbedder();
        using var service = new EmbeddingService(new ModelDirectory([model], [new("text-embedding-3-small", "fake"), new("mine", "fake")]));
        var ids = new TokenIdBuffer();
        Cl100k.Shared.Encode("some words", ids);
        EmbeddingInput[] inputs = [new(null, ids.Ids.ToArray())];

        var openAi = await service.EmbedAsync(new EmbeddingRequest("text-embedding-3-small", inputs) { Normalize = false }, TestEnd);
        Assert.Equal(model.VectorOf(model.Tokenize("some words")), openAi.Vector(0));

        // 15000 is a word of cl100k, and far outside the model's own vocabulary.
        EmbeddingInput[] foreign = [new("text"), new(null, [15000])];
        Assert.Equal(2, (await service.EmbedAsync(new EmbeddingRequest("text-embedding-3-small", foreign), TestEnd)).Count);
        var own = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(new EmbeddingRequest("mine", foreign), TestEnd));
        Assert.Equal((ErrorKind.InvalidInput, "input", 1), (own.Kind, own.Parameter, own.InputIndex));

        foreach (var id in new[] { -1, 100_256, 100_277, int.MaxValue })
        {
            EmbeddingInput[] invalid = [new("text"), new(null, [id])];
            var error = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(new EmbeddingRequest("text-embedding-3-small", invalid), TestEnd));
            Assert.Equal((ErrorKind.InvalidInput, "input", 1), (error.Kind, error.Parameter, error.InputIndex));
        }
    }

    [Fact]
    public async Task Token_ids_outside_OpenAIs_vocabulary_are_refused_where_an_empty_text_came_before_them_too()
    {
        var model = new WordEmbedder();
        using var service = new EmbeddingService(new ModelDirectory([model], [new("text-embedding-3-small", "fake")]));
        EmbeddingInput[] inputs = [new(""), new(null, [-1]), new(""), new(null, [100_277])];

        var result = await service.EmbedAsync(new EmbeddingRequest("text-embedding-3-small", inputs) { ErrorsPerInput = true }, TestEnd);
        Assert.Equal([null, 1, null, 3], Enumerable.Range(0, 4).Select(i => result.Error(i)?.InputIndex));
    }

    [Fact]
    public void Names_are_unique_and_aliases_point_to_models()
    {
        var model = new WordEmbedder("a");
        Assert.Throws<ArgumentException>(() => new ModelDirectory([model, new WordEmbedder("a")]));
        Assert.Throws<ArgumentException>(() => new ModelDirectory([model], [new("a", "a")]));
        Assert.Throws<ArgumentException>(() => new ModelDirectory([model], [new("b", "c")]));
        Assert.Same(model, new ModelDirectory([model], [new("b", "a")]).Get("b"));
    }

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    private static EmbeddingRequest Many(string word, int count) => Request([.. Enumerable.Range(0, count).Select(i => $"{word} {i}")]);

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("w", count));

    /// <summary>A service whose one runner is held at a first request, so that what comes after it waits.</summary>
    private sealed class HeldRunner : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly WordEmbedder _model = new();

        public HeldRunner(EmbeddingServiceOptions? options = null)
        {
            using var started = new ManualResetEventSlim();
            _model.OnTokenize = Tokenized.Add;
            _model.OnEmbed = inputs =>
            {
                Embedded.AddRange(inputs);
                started.Set();
                _release.Wait(TestEnd);
            };
            Service = new EmbeddingService(new ModelDirectory([_model]), options ?? new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, QueueTexts = 100 } });
            First = Service.EmbedAsync(Request("first"), TestEnd);
            started.Wait(TestEnd);
        }

        public EmbeddingService Service { get; }

        public Task<EmbeddingResult> First { get; }

        public List<TokenizedInput> Embedded { get; } = [];

        public List<string> Tokenized { get; } = [];

        public bool BeginsWith(TokenizedInput input, string word) => input.Ids[1] == WordEmbedder.IdOf(word);

        public void Release() => _release.Set();

        public void Dispose()
        {
            Release();
            Service.Dispose();
            _release.Dispose();
        }
    }
}
