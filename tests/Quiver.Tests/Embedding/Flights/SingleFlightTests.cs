using System.Collections.Concurrent;
using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Flights;

/// <summary>What happens when several requests want the same text at the same time, and some of them leave.</summary>
public sealed class SingleFlightTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public async Task A_thousand_identical_requests_at_once_are_computed_once(long cacheBytes)
    {
        using var held = new HeldService(cacheBytes: cacheBytes);
        var requests = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => Enumerable.Range(0, 125).Select(_ => held.EmbedAsync("the same text")).ToList(), TestEnd)));
        held.Release();
        var results = await Task.WhenAll(requests.SelectMany(tasks => tasks));

        Assert.Equal(1, held.RunsOf("the same text"));
        Assert.All(results, result => Assert.Equal(held.Model.UnitVectorOf("the same text"), result.Vector(0)));
        Assert.Equal(1, results.Count(result => result.Source(0) == InputSource.Computed));
        Assert.Equal(999, results.Count(result => result.Source(0) == InputSource.Shared));
        held.AssertNothingLeft();
    }

    [Fact]
    public async Task Requests_that_come_and_go_at_random_times_still_compute_a_cached_text_once()
    {
        var runs = 0;
        var model = new WordEmbedder { OnEmbed = inputs => Interlocked.Add(ref runs, inputs.Length) };
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 4 } });
        for (var text = 0; text < 300; text++)
        {
            var request = Request($"text {text}");
            await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => service.EmbedAsync(request, TestEnd), TestEnd)));
            Assert.Equal(text + 1, runs);
        }
    }

    [Fact]
    public async Task A_waiter_that_leaves_does_not_take_the_work_from_the_others()
    {
        using var held = new HeldService();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var leaving = held.EmbedAsync("text", first.Token);
        var staying = held.EmbedAsync("text");
        var alsoLeaving = held.EmbedAsync("text", second.Token);
        await first.CancelAsync();
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alsoLeaving);

        held.Release();
        Assert.Equal(held.Model.UnitVectorOf("text"), await VectorAsync(staying));
        Assert.Equal(1, held.RunsOf("text"));
        held.AssertNothingLeft();
    }

    [Fact]
    public async Task When_the_last_waiter_leaves_the_text_is_not_computed_and_its_room_is_free()
    {
        using var held = new HeldService();
        using var cancellation = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 3).Select(_ => held.EmbedAsync("text", cancellation.Token)).ToList();
        Assert.Equal((1, 1), (held.Service.Counts.InteractiveTexts, held.Service.Flights.Count - 1));
        await cancellation.CancelAsync();
        foreach (var request in waiting)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        Assert.Equal(0, held.Service.Counts.InteractiveTexts);
        held.Release();
        await held.First;
        Assert.Equal(0, held.RunsOf("text"));
        Assert.Equal(held.Model.UnitVectorOf("text"), await VectorAsync(held.EmbedAsync("text")));
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_kept_for_none_who_come_later()
    {
        using var held = new HeldService();
        held.Failure = inputs => inputs.Any(held.Is("broken")) ? new InvalidOperationException("broken") : null;
        var waiting = Enumerable.Range(0, 5).Select(_ => held.EmbedAsync("broken")).ToList();
        var beside = held.EmbedAsync("whole");
        held.Release();
        foreach (var request in waiting)
        {
            var error = await Assert.ThrowsAsync<QuiverException>(() => request);
            Assert.Equal(ErrorKind.Internal, error.Kind);
            Assert.IsType<InvalidOperationException>(error.InnerException);
        }

        Assert.Equal(held.Model.UnitVectorOf("whole"), await VectorAsync(beside));
        held.Failure = _ => null;
        Assert.Equal(held.Model.UnitVectorOf("broken"), await VectorAsync(held.EmbedAsync("broken")));
    }

    [Fact]
    public async Task With_errors_per_input_what_the_model_fails_on_has_an_error_and_the_rest_has_vectors()
    {
        using var held = new HeldService();
        held.Failure = inputs => inputs.Any(held.Is("broken")) ? new InvalidOperationException("broken") : null;
        var request = held.Service.EmbedAsync(Request("a", "broken", "b", "broken") with { ErrorsPerInput = true }, TestEnd);
        held.Release();
        var result = await request;

        Assert.Equal([null, ErrorKind.Internal, null, ErrorKind.Internal], Enumerable.Range(0, 4).Select(i => result.Error(i)?.Kind));
        Assert.Equal(held.Model.UnitVectorOf("b"), result.Vector(2));
        Assert.Equal(6, result.TokenCount);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public async Task A_vector_that_is_not_finite_is_neither_sent_nor_kept(float bad)
    {
        var model = new WordEmbedder { OnVector = vector => vector[^1] = bad };
        using var service = new EmbeddingService(new ModelDirectory([model]));
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(Request("text"), TestEnd));
            Assert.Equal(ErrorKind.Internal, error.Kind);
        }

        Assert.Equal(0, service.Cache.Memory.Count);
        model.OnVector = _ => { };
        Assert.Equal(model.UnitVectorOf("text"), await VectorAsync(service.EmbedAsync(Request("text"), TestEnd)));
    }

    [Fact]
    public async Task An_embedder_that_leaves_elements_out_gives_an_error_and_never_another_texts_elements()
    {
        var model = new WordEmbedder();
        using var service = new EmbeddingService(new ModelDirectory([model]), new EmbeddingServiceOptions { Scheduler = new() { Runners = 1 } });
        await service.EmbedAsync(Request("another text"), TestEnd);
        model.SkipsLastElement = true;

        Assert.Equal(ErrorKind.Internal, (await Assert.ThrowsAsync<QuiverException>(() => service.EmbedAsync(Request("text"), TestEnd))).Kind);
    }

    [Fact]
    public async Task Someone_who_waits_for_a_text_that_bulk_work_has_queued_does_not_wait_for_the_bulk()
    {
        using var held = new HeldService();
        var bulk = held.Service.EmbedAsync(Request([.. Enumerable.Range(0, 500).Select(i => $"bulk {i / 100} {i / 10 % 10} {i % 10}")]), TestEnd);
        var interactive = held.EmbedAsync("bulk 4 9 9");
        held.Release();
        await interactive;

        Assert.Equal("bulk 4 9 9", held.Runs.ElementAt(1));
        await bulk;
        Assert.Equal(1, held.RunsOf("bulk 4 9 9"));
        held.AssertNothingLeft();
    }

    [Fact]
    public async Task A_full_queue_still_answers_what_is_cached()
    {
        using var held = new HeldService(new() { Runners = 1, BulkQueueTokens = 100 });
        held.Release();
        await held.EmbedAsync("known");
        held.AwaitRun();
        held.Hold();
        var running = held.EmbedAsync("runs");
        held.AwaitRun();
        var bulk = held.Service.EmbedAsync(Request([.. Enumerable.Range(0, 100).Select(i => $"bulk {i}")]), TestEnd);

        var refused = await Assert.ThrowsAsync<QuiverException>(() => held.Service.EmbedAsync(Request([.. Enumerable.Range(0, 9).Select(i => $"more {i}")]), TestEnd));
        Assert.Equal(ErrorKind.Overloaded, refused.Kind);
        Assert.Equal(InputSource.Cached, (await held.EmbedAsync("known")).Source(0));

        held.Release();
        await Task.WhenAll(running, bulk);
        held.AssertNothingLeft();
    }

    [Fact]
    public async Task A_thousand_random_cancellations_and_failures_leak_nothing()
    {
        var calls = 0;
        var model = new WordEmbedder();
        model.OnEmbed = _ =>
        {
            // Long enough for some to leave while their texts run.
            Thread.SpinWait(10_000);
            if (Interlocked.Increment(ref calls) % 7 == 0)
                throw new InvalidOperationException("every seventh");
        };
        var options = new EmbeddingServiceOptions { Scheduler = new() { Runners = 3 }, Cache = new() { MaxBytes = 5_000 } };
        using var service = new EmbeddingService(new ModelDirectory([model]), options);
        var random = new Random(9);
        var outcomes = new int[3];
        for (var round = 0; round < 100; round++)
        {
            var requests = Enumerable.Range(0, 10).Select(_ => (Texts: Texts(random), Delay: random.Next(4), Bulk: random.Next(2) == 0)).ToList();
            await Task.WhenAll(requests.Select(request => Task.Run(
                async () =>
                {
                    using var cancellation = new CancellationTokenSource();
                    var embedding = service.EmbedAsync(Request(request.Texts) with { Bulk = request.Bulk }, cancellation.Token);
                    for (var i = 0; i < request.Delay; i++)
                        await Task.Yield();
                    if (request.Delay < 3)
                        await cancellation.CancelAsync();
                    try
                    {
                        var result = await embedding;
                        for (var i = 0; i < result.Count; i++)
                            Assert.Equal(model.UnitVectorOf(request.Texts[i]), result.Vector(i));
                        Interlocked.Increment(ref outcomes[0]);
                    }
                    catch (OperationCanceledException)
                    {
                        Interlocked.Increment(ref outcomes[1]);
                    }
                    catch (QuiverException error) when (error.Kind == ErrorKind.Internal)
                    {
                        Interlocked.Increment(ref outcomes[2]);
                    }
                },
                TestEnd)));
        }

        Assert.All(outcomes, count => Assert.True(count > 10, string.Join(", ", outcomes)));
        SpinWait.SpinUntil(() => service.Counts.RunningTexts == 0, TimeSpan.FromSeconds(10));
        Assert.Equal(default, service.Counts);
        Assert.Equal(0, service.Flights.Count);
        Assert.InRange(service.Cache.Memory.Bytes, 0, 5_000);
    }

    private static string[] Texts(Random random) => [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => $"text {random.Next(300)}")];

    private static async Task<float[]> VectorAsync(Task<EmbeddingResult> result) => (await result).Vector(0).ToArray();

    private static EmbeddingRequest Request(params string[] texts) => new("fake", [.. texts.Select(text => new EmbeddingInput(text))]);

    /// <summary>A service whose one runner is held, at first at a text of its own, so that what comes waits; it records the texts that run.</summary>
    private sealed class HeldService : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly SemaphoreSlim _runs = new(0);
        private readonly List<string> _order = [];
        private readonly ConcurrentDictionary<string, string> _names = [];

        public HeldService(Quiver.Embedding.Scheduling.SchedulerOptions? scheduler = null, long cacheBytes = 1 << 20)
        {
            Model.OnEmbed = inputs =>
            {
                lock (_order)
                    _order.AddRange(inputs.Select(input => _names[string.Join(',', input.Ids)]));
                _runs.Release();
                _release.Wait(TestEnd);
                if (Failure(inputs) is { } failure)
                    throw failure;
            };
            Model.OnTokenized = (text, input) => _names[string.Join(',', input.Ids)] = text;
            var options = new EmbeddingServiceOptions { Scheduler = scheduler ?? new() { Runners = 1 }, Cache = new MemoryTierOptions { MaxBytes = cacheBytes } };
            Service = new EmbeddingService(new ModelDirectory([Model]), options);
            First = EmbedAsync("first");
            AwaitRun();
        }

        public WordEmbedder Model { get; } = new();

        public EmbeddingService Service { get; }

        public Task<EmbeddingResult> First { get; }

        public Func<TokenizedInput[], Exception?> Failure { get; set; } = _ => null;

        public IEnumerable<string> Runs => _order;

        public Func<TokenizedInput, bool> Is(string text) => input => input.Ids.SequenceEqual(Model.Tokenize(text).Ids);

        public Task<EmbeddingResult> EmbedAsync(string text, CancellationToken? cancellationToken = null) => Service.EmbedAsync(Request(text), cancellationToken ?? TestEnd);

        public int RunsOf(string text)
        {
            lock (_order)
                return _order.Count(run => run == text);
        }

        public void Release() => _release.Set();

        public void Hold() => _release.Reset();

        /// <summary>Waits until a further unit has begun.</summary>
        public void AwaitRun() => _runs.Wait(TestEnd);

        public void AssertNothingLeft()
        {
            SpinWait.SpinUntil(() => Service.Counts.RunningTexts == 0, TimeSpan.FromSeconds(10));
            Assert.Equal(default, Service.Counts);
            Assert.Equal(0, Service.Flights.Count);
        }

        public void Dispose()
        {
            Release();
            Service.Dispose();
            _release.Dispose();
            _runs.Dispose();
        }
    }
}
