using Quiver.Diagnostics;

namespace Quiver.Embedding.Scheduling;

/// <summary>One long-lived thread that takes units from the scheduler and computes them, one at a time.</summary>
internal sealed class Runner
{
    private readonly Scheduler _scheduler;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly WorkUnit _unit;
    private float[] _vectors = [];

    public Runner(Scheduler scheduler, SchedulerOptions options, TimeProvider time, int number)
    {
        _scheduler = scheduler;
        _time = time;
        _unit = new WorkUnit(options.UnitTexts);
        _thread = new Thread(Run) { IsBackground = true, Name = $"quiver runner {number}" };
    }

    public void Start() => _thread.Start();

    public void Join() => _thread.Join();

    private void Run()
    {
        while (_scheduler.TryTake(_unit))
        {
            Compute(_unit);
            _unit.Clear();
        }
    }

    private void Compute(WorkUnit unit)
    {
        var start = _time.GetTimestamp();
        var failure = Embed(unit.Embedder!, unit.Inputs);
        _scheduler.Note(unit.Tokens, _time.GetElapsedTime(start).TotalSeconds);
        if (failure is null || unit.Texts.Count == 1)
        {
            for (var i = 0; i < unit.Texts.Count; i++)
                Settle(unit.Texts[i], i, failure, start);
            return;
        }

        // Texts of several requests share a unit: each is tried alone, so that only the one at fault fails.
        for (var i = 0; i < unit.Texts.Count; i++)
        {
            if (unit.Texts[i].State == TextState.Running)
                Settle(unit.Texts[i], 0, Embed(unit.Embedder!, unit.Inputs.Slice(i, 1)), start);
        }
    }

    /// <summary>Computes base vectors into the runner's memory.</summary>
    /// <returns>What went wrong, or null.</returns>
    private QuiverException? Embed(IEmbedder embedder, ReadOnlySpan<TokenizedInput> inputs)
    {
        try
        {
            var length = inputs.Length * embedder.Width;
            if (_vectors.Length < length)
                _vectors = new float[length];
            embedder.Embed(inputs, _vectors.AsSpan(0, length));
            return null;
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to these texts; the thread serves others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception as QuiverException ?? new QuiverException(ErrorKind.Internal, "The model failed on this request.", exception);
        }
    }

    /// <summary>Tells a text how it ended, if it is still wanted.</summary>
    /// <param name="row">Where its vector stands in the runner's memory.</param>
    private void Settle(ScheduledText text, int row, QuiverException? failure, long start)
    {
        if (!_scheduler.TryEnd(text, failure is null ? TextState.Done : TextState.Failed))
            return;
        if (failure is not null)
        {
            text.Fail(failure);
            return;
        }

        var width = text.Work!.Embedder.Width;
        var times = new ScheduledTimes(_time.GetElapsedTime(text.Work.EnqueuedAt, start), _time.GetElapsedTime(start));
        text.Complete(_vectors.AsSpan(row * width, width), times);
    }
}
