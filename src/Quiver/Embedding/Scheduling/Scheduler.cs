using Quiver.Diagnostics;

namespace Quiver.Embedding.Scheduling;

/// <summary>Two bounded lanes of texts, and a long-lived thread per core that computes them. See readme.md beside this file.</summary>
/// <remarks>Thread-safe. One lock guards the lanes, the states of texts and the units; it is held for microseconds and never while computing.</remarks>
internal sealed class Scheduler : IDisposable
{
    private readonly object _gate = new();
    private readonly SchedulerOptions _options;
    private readonly TimeProvider _time;
    private readonly WorkQueue _queue;
    private readonly DrainRate _rate = new();
    private readonly Runner[] _runners;
    private readonly QueueGauges _gauges;
    private int _idle;
    private int _running;
    private UnitRun? _helpWanted;
    private bool _closed;

    public Scheduler(SchedulerOptions? options = null, TimeProvider? time = null)
    {
        _options = options ?? new SchedulerOptions();
        _time = time ?? TimeProvider.System;
        _queue = new WorkQueue(_options);
        _runners = new Runner[_options.Runners];
        for (var i = 0; i < _runners.Length; i++)
            _runners[i] = new Runner(this, _options, _time, i);
        foreach (var runner in _runners)
            runner.Start();
        _gauges = new QueueGauges(() => Counts);
    }

    public SchedulerCounts Counts
    {
        get
        {
            lock (_gate)
                return new(_queue.Interactive.Texts, _queue.Interactive.Tokens, _queue.Bulk.Texts, _queue.Bulk.Tokens, _running);
        }
    }

    /// <summary>Refuses as <see cref="Enqueue"/> would, as far as is known before a request is tokenized: a refusal then costs next to nothing.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/> or <see cref="ErrorKind.Unavailable"/>.</exception>
    public void RequireRoom(int texts, bool bulk = false)
    {
        lock (_gate)
        {
            // A few texts may be long, and then they are bulk: they pass if either lane has room.
            RequireOpen();
            var lane = bulk || texts > ScheduledWork.MaxInteractiveTexts ? _queue.Bulk : _queue.Interactive;
            if (!_queue.Bulk.HasRoom && !lane.HasRoom)
                throw Overloaded(lane);
        }
    }

    /// <summary>Queues the texts of one request, all or none.</summary>
    /// <exception cref="QuiverException">
    /// The lane is full (<see cref="ErrorKind.Overloaded"/>, with the time to come back) or the scheduler is closed
    /// (<see cref="ErrorKind.Unavailable"/>). Then no text was queued.
    /// </exception>
    public void Enqueue(ScheduledWork work)
    {
        lock (_gate)
        {
            RequireOpen();
            var lane = _queue.LaneOf(work);
            if (!lane.HasRoom)
                throw Overloaded(lane);

            work.Enter(this, _queue.Bulk, _time.GetTimestamp());
            lane.Add(work);
            Announce();
        }
    }

    /// <summary>Closes the queue: what waits fails as <see cref="ErrorKind.Unavailable"/>, what runs is finished, and the runners end.</summary>
    public void Dispose()
    {
        List<ScheduledText> waiting;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            waiting = [.. _queue.Interactive.Waiting(), .. _queue.Bulk.Waiting()];
            foreach (var text in waiting)
            {
                _queue.LaneOf(text.Work!).Remove(text);
                text.End(TextState.Failed);
            }

            Monitor.PulseAll(_gate);
        }

        foreach (var text in waiting)
            text.Fail(Closed());
        foreach (var runner in _runners)
            runner.Join();
        _gauges.Dispose();
    }

    /// <summary>See <see cref="ScheduledText.Cancel"/>, the only caller.</summary>
    internal bool Cancel(ScheduledText text)
    {
        lock (_gate)
        {
            switch (text.State)
            {
                case TextState.Waiting: _queue.LaneOf(text.Work!).Remove(text); break;
                case TextState.Running:
                    _running--;
                    if (text.Unit!.Drop())
                        text.Unit.Run.RequestYield();
                    break;
                default: return false;
            }

            text.End(TextState.Cancelled);
            return true;
        }
    }

    /// <summary>Waits for work: fills the runner's unit with what is due or, if nothing waits, makes it the helper of a run that asks for one.</summary>
    /// <returns>false once the scheduler is closed.</returns>
    internal bool TryTake(Runner runner)
    {
        lock (_gate)
        {
            _idle++;
            while (!_closed && _queue.IsEmpty && _helpWanted is null)
                Monitor.Wait(_gate);
            _idle--;
            if (_closed)
                return false;

            if (_queue.IsEmpty)
            {
                runner.Leader = _helpWanted;
                runner.Leader!.Columns.IsHelperWanted = false;
                _helpWanted = null;
                return true;
            }

            _queue.Take(runner.Run);
            _running += runner.Run.Unit.Texts.Count;
            Announce();
            return true;
        }
    }

    /// <summary>Asks an idle runner to help a run with its products. One that helps is asked away as soon as anything waits.</summary>
    /// <returns>Whether one may come.</returns>
    internal bool TryAskForHelp(UnitRun run)
    {
        if (Volatile.Read(ref _idle) == 0)
            return false;
        lock (_gate)
        {
            if (_idle == 0 || _helpWanted is not null || !_queue.IsEmpty)
                return false;
            _helpWanted = run;
            run.HasHelper = true;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    internal void EndHelp(Runner helper)
    {
        lock (_gate)
        {
            helper.Leader!.HasHelper = false;
            helper.Leader = null;
        }
    }

    /// <summary>Says what a run with a request does: stop if nobody waits for its unit, let interactive work go before it, or go on.</summary>
    /// <param name="nested">The run that computes what goes before it; null if nothing may.</param>
    internal YieldAnswer AtYieldPoint(UnitRun run, UnitRun? nested)
    {
        lock (_gate)
        {
            if (run.Unit.Live == 0)
                return YieldAnswer.Stop;
            if (nested is null || !run.Unit.Yields)
            {
                run.ClearYield();
                return YieldAnswer.GoOn;
            }

            if (!_queue.TryTakeBefore(run, nested))
                return YieldAnswer.GoOn;

            _running += nested.Unit.Texts.Count;
            return YieldAnswer.ComputeNested;
        }
    }

    /// <summary>Running → done or failed.</summary>
    /// <returns>Whether the text is still wanted, so that it is to be told.</returns>
    internal bool TryEnd(ScheduledText text, TextState state)
    {
        lock (_gate)
        {
            if (text.State != TextState.Running)
                return false;
            _running--;
            text.End(state);
            return true;
        }
    }

    /// <summary>Ends a unit whose texts were told.</summary>
    /// <param name="computed">How long the runner computed it; null if it failed, which says nothing about speed.</param>
    internal void Finish(WorkUnit unit, TimeSpan? computed)
    {
        lock (_gate)
        {
            // One that nobody waited for may have been stopped half-way.
            if (unit.Live > 0 && computed is { } time)
                _rate.Add(unit.Tokens, time.TotalSeconds);
            if (_helpWanted == unit.Run)
            {
                _helpWanted = null;
                unit.Run.HasHelper = false;
            }

            unit.Clear();
        }
    }

    private static QuiverException Closed() => new(ErrorKind.Unavailable, "The server is stopping.");

    /// <summary>Wakes a runner for what waits; if none is free, calls those that help, and interactive work asks those that compute bulk to yield.</summary>
    private void Announce()
    {
        if (_idle > 0)
        {
            // One at a time: whoever takes a unit announces the rest.
            if (!_queue.IsEmpty || _helpWanted is not null)
                Monitor.Pulse(_gate);
            return;
        }

        if (_queue.IsEmpty)
            return;
        foreach (var runner in _runners)
        {
            if (runner.Leader is { } leader)
                leader.Columns.IsHelperWanted = true;
            else if (!_queue.Interactive.IsEmpty && runner.Run.Unit is { IsEmpty: false, Yields: true })
                runner.Run.RequestYield();
        }
    }

    private void RequireOpen()
    {
        if (!_closed)
            return;
        QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "closed"));
        throw Closed();
    }

    private QuiverException Overloaded(Lane lane)
    {
        QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "queue_full"));
        return new QuiverException(ErrorKind.Overloaded, "More is waiting than can be computed soon. Please try again later.") { RetryAfter = DrainTime(lane) };
    }

    /// <summary>How long the runners need for half of what goes before a request in the lane, 1 to 30 seconds.</summary>
    private TimeSpan DrainTime(Lane lane)
    {
        var seconds = _queue.TokensBefore(lane) * _rate.SecondsPerToken / _runners.Length / 2;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, 30));
    }
}
