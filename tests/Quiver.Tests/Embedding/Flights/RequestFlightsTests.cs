using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Embedding.Flights;
using Quiver.Embedding.Scheduling;
using Quiver.Tests.Embedding.Scheduling;

namespace Quiver.Tests.Embedding.Flights;

/// <summary>What happens between the moment a request joins a flight and the moment it queues it, step by step.</summary>
public sealed class RequestFlightsTests : IDisposable
{
    private readonly HeldScheduler _held = new(new SchedulerOptions { InteractiveQueueTokens = 1, BulkQueueTokens = 1 });
    private readonly TieredCache _cache = new(new TieredCacheOptions { Memory = new() { MaxBytes = 1 << 20 } }, []);
    private readonly SingleFlight _flights;

    public RequestFlightsTests() => _flights = new SingleFlight(_cache);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool, bool, int> Orders()
    {
        var orders = new TheoryData<bool, bool, bool, int>();
        foreach (var windows in new[] { 1, 2 })
        {
            for (var i = 0; i < 8; i++)
                orders.Add((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, windows);
        }

        return orders;
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Whoever_queues_first_a_text_is_computed_once(bool firstIsBulk, bool secondIsBulk, bool secondQueuesFirst, int windows)
    {
        using var first = Request("text", firstIsBulk, windows);
        using var second = Request("text", secondIsBulk, windows);
        first.Join();
        second.Join();
        (secondQueuesFirst ? second : first).Queue();
        (secondQueuesFirst ? first : second).Queue();
        Assert.Equal(windows, _held.Scheduler.Counts.BulkTexts + _held.Scheduler.Counts.InteractiveTexts);

        await FinishAsync(first, second);
        Assert.Equal(windows, _held.Units.Sum(unit => unit.Length));
        Assert.Equal((InputSource.Computed, InputSource.Shared), (first.Source, second.Source));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Someone_who_waits_goes_before_bulk_work_whether_his_text_was_queued_when_he_joined_or_not(bool queued)
    {
        using var bulk = Request("text", bulk: true);
        using var interactive = Request("text");
        bulk.Join();
        if (queued)
            bulk.Queue();
        interactive.Join();
        if (!queued)
            bulk.Queue();
        interactive.Queue();
        var other = _held.Add("other", bulk: true);
        Assert.Equal((1, 1), (_held.Scheduler.Counts.InteractiveTexts, _held.Scheduler.Counts.BulkTexts));

        await FinishAsync(bulk, interactive);
        await other[0].Ended;
        Assert.Equal("text", _held.Units[0].Single());
        Assert.Equal(2, _held.Units.Length);
    }

    [Fact]
    public async Task Someone_who_waits_for_a_text_that_runs_in_bulk_work_has_it_yield_to_nobody()
    {
        using var bulk = Request("text", bulk: true);
        bulk.Join();
        bulk.Queue();
        _held.Release();
        await bulk.WaitAsync();
        using var running = Request("running", bulk: true);
        using var interactive = Request("running");
        var yields = new List<bool>();
        using var release = new ManualResetEventSlim();
        using var started = new ManualResetEventSlim();
        _held.Model.OnRun = (_, host) =>
        {
            started.Set();
            release.Wait(TestEnd);
            yields.Add(((UnitRun)host!).Unit.Yields);
        };
        running.Join();
        running.Queue();
        started.Wait(TestEnd);
        interactive.Join();
        interactive.Queue();
        release.Set();
        await FinishAsync(running, interactive);

        Assert.Equal([false], yields);
    }

    [Fact]
    public async Task Who_waits_for_what_another_could_not_queue_queues_it_himself()
    {
        using var first = Request("text");
        using var second = Request("text");
        using var third = Request("text", bulk: true);
        first.Join();
        second.Join();
        third.Join();
        var full = _held.Add("full");
        Assert.Equal(ErrorKind.Overloaded, Assert.Throws<QuiverException>(first.Queue).Kind);
        Assert.True(full[0].Cancel());

        second.Queue();
        third.Queue();
        await FinishAsync(second, third);
        Assert.Equal(["text"], _held.Units.Single());
    }

    [Fact]
    public async Task Where_the_queue_is_full_for_him_too_he_is_told_so()
    {
        using (var first = Request("text"))
        using (var second = Request("text"))
        {
            first.Join();
            second.Join();
            _held.Add("full");
            Assert.Throws<QuiverException>(first.Queue);
            second.Queue();
            Assert.Equal(ErrorKind.Overloaded, (await Assert.ThrowsAsync<QuiverException>(second.WaitAsync)).Kind);
        }

        Assert.Equal(0, _flights.Count);
    }

    [Fact]
    public async Task Who_cannot_hurry_a_text_waits_with_the_others_and_the_next_can_hurry_it()
    {
        using var bulk = Request("text", bulk: true);
        using var refused = Request("text");
        using var hurrying = Request("text");
        bulk.Join();
        bulk.Queue();
        var full = _held.Add("full");
        refused.Join();
        refused.Queue();
        Assert.True(full[0].Cancel());
        Assert.Equal((0, 1), (_held.Scheduler.Counts.InteractiveTexts, _held.Scheduler.Counts.BulkTexts));

        hurrying.Join();
        hurrying.Queue();
        Assert.Equal((1, 0), (_held.Scheduler.Counts.InteractiveTexts, _held.Scheduler.Counts.BulkTexts));
        await FinishAsync(bulk, refused, hurrying);
        Assert.Equal(["text"], _held.Units.Single());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_one_of_two_could_not_queue_the_other_queues(bool starterIsRefused)
    {
        using var bulk = Request("text", bulk: true);
        using var hurrying = Request("text");
        bulk.Join();
        hurrying.Join();
        var full = _held.Add("full", bulk: starterIsRefused);
        if (starterIsRefused)
            Assert.Throws<QuiverException>(bulk.Queue);
        hurrying.Queue();
        if (!starterIsRefused)
            bulk.Queue();
        Assert.Equal(1, _flights.Count);

        await FinishAsync(hurrying);
        await full[0].Ended;
        Assert.Equal(1, _held.Units.Count(unit => unit is ["text"]));
    }

    [Fact]
    public async Task What_neither_of_two_could_queue_is_under_way_no_more()
    {
        using var bulk = Request("text", bulk: true);
        using var hurrying = Request("text");
        bulk.Join();
        hurrying.Join();
        _held.Add("full");
        _held.Add("full", bulk: true);
        hurrying.Queue();
        Assert.Equal(1, _flights.Count);
        Assert.Throws<QuiverException>(bulk.Queue);
        Assert.Equal(0, _flights.Count);
        await Assert.ThrowsAsync<QuiverException>(hurrying.WaitAsync);
        Assert.Equal(0, _flights.Count);
    }

    [Fact]
    public void Who_leaves_is_forgotten_while_others_wait()
    {
        using var first = Request("text");
        var staying = new FlightWaiter(stopAtError: true);
        Assert.True(_flights.TryJoin(first.Input, interactive: true, staying, out _, out var flight, out _));
        for (var i = 0; i < 3; i++)
        {
            using var leaving = Request("text");
            leaving.Join();
            Assert.Equal(2, flight.Waiters.Count);
        }

        Assert.Same(staying, flight.Waiters.Single());
    }

    public void Dispose()
    {
        _held.Dispose();
        _cache.Dispose();
    }

    private async Task FinishAsync(params Waiting[] requests)
    {
        var waiting = requests.Select(request => request.WaitAsync()).ToList();
        _held.Release();
        await Task.WhenAll(waiting);
        Assert.All(requests, request => Assert.Equal(request.Expected, request.Vector));
        Assert.Equal(0, _flights.Count);
    }

    private Waiting Request(string text, bool bulk = false, int windows = 1) => new(this, text, bulk, windows);

    /// <summary>One request of one input, in its steps.</summary>
    private sealed class Waiting : IDisposable
    {
        private readonly RequestFlights _request;

        public Waiting(RequestFlightsTests test, string text, bool bulk, int windows)
        {
            var request = new EmbeddingRequest("fake", [new EmbeddingInput(text)]) { Bulk = bulk };
            Input = new RequestInputs(request, test._held.Model).Distinct[0];
            var window = test._held.Model.Tokenize(text);
            TokenizedInput[] copies = [.. Enumerable.Range(0, windows).Select(_ => window with { })];
            foreach (var copy in copies)
                test._held.Name(copy, text);
            Input.Prepared = new PreparedInput(copies, windows * window.FullLength);
            Expected = WindowMean.Of([.. copies.Select(test._held.Model.VectorOf)], copies);
            _request = new RequestFlights(test._flights, request, new RunnerQueue(test._held.Model, test._held.Scheduler, request));
        }

        public RequestedInput Input { get; }

        public float[] Expected { get; }

        public float[] Vector => Input.Entry!.BaseVector.ToArray();

        public InputSource Source => Input.Source;

        public void Join() => _request.Join([Input]);

        public void Queue() => _request.Queue();

        public async Task WaitAsync()
        {
            await _request.WaitAsync(TestEnd);
            _request.Collect();
        }

        public void Dispose() => _request.Dispose();
    }
}
