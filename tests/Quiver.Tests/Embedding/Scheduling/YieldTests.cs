using Quiver.Embedding.Scheduling;
using Quiver.Encoding;
using Quiver.Tests.Support;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>What happens while a bulk text runs. One runner, and an embedder that reaches yield points as often as the test says.</summary>
public sealed class YieldTests
{
    private const int BulkTokens = 30;

    private readonly ManualTime _time = new();
    private readonly WordEmbedder _model = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_interactive_text_goes_before_the_rest_of_a_bulk_text_that_runs()
    {
        var interactive = new RecordedText(3);
        WhileBulkRuns(host => YieldUntil(host, () => interactive.Ended.IsCompleted));
        using var scheduler = Start();
        var bulk = await AddBulkAsync(scheduler);
        scheduler.Enqueue(new ScheduledWork(_model, [interactive]));

        Assert.Equal(_model.VectorOf(interactive.Input), await interactive.Ended);
        Assert.Equal(_model.VectorOf(bulk.Input), await bulk.Ended);
        Assert.Equal(default, scheduler.Counts);
    }

    [Fact]
    public async Task Nothing_goes_before_an_interactive_text_that_runs_inside_a_bulk_one()
    {
        var order = new List<int>();
        RecordedText[] interactive = [new(3), new(4), new(5)];
        using var scheduler = Start(new SchedulerOptions { UnitTexts = 1 });
        WhileBulkRuns(host =>
        {
            // Both wait before the first yield point.
            YieldUntil(host, () => order.Count == 3);
        });
        var run = _model.OnRun;
        _model.OnRun = (inputs, host) =>
        {
            run(inputs, host);
            if (inputs[0].Ids.Length == BulkTokens)
                return;
            for (var i = 0; i < 1000; i++)
                host!.YieldPoint();
            order.Add(inputs[0].Ids.Length);
        };
        var bulk = await AddBulkAsync(scheduler);
        scheduler.Enqueue(new ScheduledWork(_model, interactive));
        await Task.WhenAll([bulk.Ended, .. interactive.Select(text => text.Ended)]);

        Assert.Equal([3, 4, 5], order);
    }

    [Fact]
    public async Task A_bulk_text_that_runs_yields_no_more_once_interactive_work_wants_it_too()
    {
        var other = new RecordedText(3);
        var wentBefore = true;
        using var queued = new ManualResetEventSlim();
        WhileBulkRuns(host =>
        {
            queued.Wait(TestEnd);
            for (var i = 0; i < 100; i++)
                host.YieldPoint();
            wentBefore = other.Ended.IsCompleted;
        });
        using var scheduler = Start();
        var bulk = await AddBulkAsync(scheduler);
        scheduler.Enqueue(new ScheduledWork(_model, [other]));
        scheduler.Enqueue(new ScheduledWork(_model, [bulk]));
        queued.Set();
        await Task.WhenAll(bulk.Ended, other.Ended);

        Assert.False(wentBefore);
        Assert.Equal(default, scheduler.Counts);

        // Nor does that outlast the unit.
        var (next, interactive) = (new RecordedText(BulkTokens), new RecordedText(3));
        WhileBulkRuns(host => YieldUntil(host, () => interactive.Ended.IsCompleted), first: false);
        scheduler.Enqueue(new ScheduledWork(_model, [next], bulk: true));
        scheduler.Enqueue(new ScheduledWork(_model, [interactive]));
        await Task.WhenAll(next.Ended, interactive.Ended);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public async Task After_some_interactive_units_in_a_row_bulk_has_its_turn_however_long_they_took(int milliseconds)
    {
        _model.OnEmbed = inputs =>
        {
            if (inputs[0].Ids.Length != BulkTokens)
                _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        };
        var before = new List<int>();
        RecordedText[] interactive = [.. Enumerable.Range(0, 7).Select(_ => new RecordedText(3))];
        using var queued = new ManualResetEventSlim();
        WhileBulkRuns(host =>
        {
            queued.Wait(TestEnd);
            for (var turn = 0; turn < 4; turn++)
            {
                for (var i = 0; i < 100; i++)
                    host.YieldPoint();
                before.Add(interactive.Count(text => text.Ended.IsCompleted));
                _time.Advance(TimeSpan.FromMilliseconds(turn == 0 ? 9 : 10));
            }
        });
        using var scheduler = Start(new SchedulerOptions { UnitTexts = 1, BulkAgeing = 3, BulkTurn = TimeSpan.FromMilliseconds(10) });
        var bulk = await AddBulkAsync(scheduler);
        scheduler.Enqueue(new ScheduledWork(_model, interactive));
        queued.Set();
        await Task.WhenAll([bulk.Ended, .. interactive.Select(text => text.Ended)]);

        // 9 ms into its turn bulk has not had it yet.
        Assert.Equal([3, 3, 6, 7], before);
    }

    [Fact]
    public async Task The_time_in_which_a_text_was_suspended_counts_as_waiting()
    {
        var interactive = new RecordedText(3);
        WhileBulkRuns(host =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(7));
            YieldUntil(host, () => interactive.Ended.IsCompleted);
        });
        _model.OnEmbed = inputs =>
        {
            if (inputs[0].Ids.Length != BulkTokens)
                _time.Advance(TimeSpan.FromMilliseconds(100));
        };
        using var scheduler = Start();
        var bulk = await AddBulkAsync(scheduler);
        scheduler.Enqueue(new ScheduledWork(_model, [interactive]));
        await Task.WhenAll(bulk.Ended, interactive.Ended);

        Assert.Equal(new ScheduledTimes(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(7)), bulk.Times);
        Assert.Equal(TimeSpan.FromMilliseconds(100), interactive.Times.Inference);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_unit_that_nobody_waits_for_any_more_stops_at_its_next_yield_point(bool bulk)
    {
        WhileBulkRuns(host => YieldUntil(host, () => TestEnd.IsCancellationRequested));
        using var scheduler = Start();
        RecordedText[] running = [new(BulkTokens), new(BulkTokens)];
        scheduler.Enqueue(new ScheduledWork(_model, running, bulk: bulk));
        await _started.Task;
        Assert.Equal(2, scheduler.Counts.RunningTexts);

        Assert.True(running[0].Cancel());
        Assert.True(running[1].Cancel());
        Assert.Equal(default, scheduler.Counts);

        var next = new RecordedText(3);
        scheduler.Enqueue(new ScheduledWork(_model, [next]));
        await next.Ended;
        Assert.All(running, text => Assert.False(text.Ended.IsCompleted));
    }

    [Fact]
    public async Task A_unit_of_which_one_text_is_cancelled_goes_on_for_the_others()
    {
        var cancelled = new TaskCompletionSource();
        WhileBulkRuns(host => YieldUntil(host, () => cancelled.Task.IsCompleted));
        using var scheduler = Start();
        RecordedText[] running = [new(BulkTokens), new(BulkTokens)];
        scheduler.Enqueue(new ScheduledWork(_model, running, bulk: true));
        await _started.Task;
        Assert.True(running[0].Cancel());
        cancelled.SetResult();

        Assert.Equal(_model.VectorOf(running[1].Input), await running[1].Ended);
        Assert.False(running[0].Ended.IsCompleted);
    }

    private static void YieldUntil(EncodingHost host, Func<bool> condition)
    {
        while (!condition())
        {
            TestEnd.ThrowIfCancellationRequested();
            host.YieldPoint();
        }
    }

    private Scheduler Start(SchedulerOptions? options = null) =>
        new((options ?? new SchedulerOptions()) with { Runners = 1 }, _time);

    private void WhileBulkRuns(Action<EncodingHost> act, bool first = true) => _model.OnRun = (inputs, host) =>
    {
        if (inputs[0].Ids.Length != BulkTokens)
            return;
        if (first)
            _started.SetResult();
        act(host!);
    };

    private async Task<RecordedText> AddBulkAsync(Scheduler scheduler)
    {
        var bulk = new RecordedText(BulkTokens);
        scheduler.Enqueue(new ScheduledWork(_model, [bulk], bulk: true));
        await _started.Task;
        return bulk;
    }
}
