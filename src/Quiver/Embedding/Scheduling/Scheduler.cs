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
            if (!_queue.Bulk.HasRoom && (bulk || texts > ScheduledWork.MaxInteractiveTexts || !_queue.Interactive.HasRoom))
                throw Overloaded();
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
                throw Overloaded();

            work.Enter(this, _time.GetTimestamp());
            lane.Add(work);
            if (_idle > 0)
                Monitor.Pulse(_gate);
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
                    text.Unit!.Drop();
                    _running--;
                    break;
                default: return false;
            }

            text.End(TextState.Cancelled);
            return true;
        }
    }

    /// <summary>Waits for work and fills the runner's unit with what is due.</summary>
    /// <returns>false once the scheduler is closed.</returns>
    internal bool TryTake(WorkUnit unit)
    {
        lock (_gate)
        {
            _idle++;
            while (!_closed && _queue.IsEmpty)
                Monitor.Wait(_gate);
            if (_closed)
                return false;

            unit.Interactive = _queue.Take(unit, freeRunners: _idle);
            _running += unit.Texts.Count;
            _idle--;
            // One pulse a request wakes one runner; it wakes the next while there is more.
            if (_idle > 0 && !_queue.IsEmpty)
                Monitor.Pulse(_gate);
            return true;
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
    /// <param name="seconds">How long the runner computed it.</param>
    internal void Finish(WorkUnit unit, double seconds)
    {
        lock (_gate)
        {
            _rate.Add(unit.Tokens, seconds);
            unit.Clear();
        }
    }

    private static QuiverException Closed() => new(ErrorKind.Unavailable, "The server is stopping.");

    private void RequireOpen()
    {
        if (!_closed)
            return;
        QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "closed"));
        throw Closed();
    }

    private QuiverException Overloaded()
    {
        QuiverMeter.Refusals.Add(1, new KeyValuePair<string, object?>("reason", "queue_full"));
        return new QuiverException(ErrorKind.Overloaded, "More is waiting than can be computed soon. Please try again later.") { RetryAfter = DrainTime() };
    }

    /// <summary>How long the runners need for half of what waits, 1 to 30 seconds.</summary>
    private TimeSpan DrainTime()
    {
        var seconds = _queue.Tokens * _rate.SecondsPerToken / _runners.Length / 2;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(seconds), 1, 30));
    }
}
