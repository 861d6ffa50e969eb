using Quiver.Diagnostics;

namespace Quiver.Embedding.Scheduling;

/// <summary>One long-lived thread that takes units from the scheduler and computes them, one at a time.</summary>
internal sealed class Runner
{
    private readonly Scheduler _scheduler;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly WorkUnit _unit;
    private float[] _output = [];

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
            Compute(_unit);
    }

    private void Compute(WorkUnit unit)
    {
        var start = _time.GetTimestamp();
        var failure = Embed(unit, 0, unit.Texts.Count);
        if (failure is null || unit.Texts.Count == 1)
        {
            for (var i = 0; i < unit.Texts.Count; i++)
                Settle(unit.Texts[i], i, failure, start);
        }
        else
        {
            // Texts of several requests share a unit: each is tried alone, so that only the one at fault fails.
            for (var i = 0; i < unit.Texts.Count; i++)
            {
                if (unit.Texts[i].State == TextState.Running)
                    Settle(unit.Texts[i], 0, Embed(unit, i, 1), start);
            }
        }

        var seconds = _time.GetElapsedTime(start).TotalSeconds;
        Record(unit, start, seconds);
        _scheduler.Finish(unit, seconds);
    }

    /// <summary>Computes some texts of a unit into the runner's memory.</summary>
    /// <returns>What went wrong, or null.</returns>
    private QuiverException? Embed(WorkUnit unit, int first, int count)
    {
        try
        {
            var embedder = unit.Embedder!;
            if (unit.Texts[first].Output == ScheduledOutput.TokenVectors)
                embedder.EmbedTokens(unit.Inputs[first], Memory(unit.Inputs[first].Ids.Length * embedder.TokenWidth));
            else
                embedder.Embed(unit.Inputs.Slice(first, count), Memory(count * embedder.Width));
            return null;
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to these texts; the thread serves others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return exception as QuiverException ?? new QuiverException(ErrorKind.Internal, "The model failed on this request.", exception);
        }
    }

    private Span<float> Memory(int length)
    {
        if (_output.Length < length)
            _output = new float[length];
        var memory = _output.AsSpan(0, length);
        // What an embedder leaves out must not be another request's vector: a NaN goes nowhere.
        memory.Fill(float.NaN);
        return memory;
    }

    /// <summary>Tells a text how it ended, if it is still wanted.</summary>
    /// <param name="row">Where its output stands in the runner's memory.</param>
    private void Settle(ScheduledText text, int row, QuiverException? failure, long start)
    {
        if (!_scheduler.TryEnd(text, failure is null ? TextState.Done : TextState.Failed))
            return;
        if (failure is not null)
        {
            text.Fail(failure);
            return;
        }

        var embedder = text.Work!.Embedder;
        var length = text.Output == ScheduledOutput.TokenVectors ? text.Input.Ids.Length * embedder.TokenWidth : embedder.Width;
        var times = new ScheduledTimes(_time.GetElapsedTime(text.Work.EnqueuedAt, start), _time.GetElapsedTime(start));
        text.Complete(_output.AsSpan(row * length, length), times);
    }

    private void Record(WorkUnit unit, long start, double seconds)
    {
        var lane = QueueGauges.TagOf(unit.Interactive);
        QuiverMeter.InferenceDuration.Record(seconds, lane);
        QuiverMeter.BatchTexts.Record(unit.Texts.Count, lane);
        QuiverMeter.BatchTokens.Record(unit.Tokens, lane);
        if (!QuiverMeter.QueueWait.Enabled)
            return;
        foreach (var text in unit.Texts)
            QuiverMeter.QueueWait.Record(_time.GetElapsedTime(text.Work!.EnqueuedAt, start).TotalSeconds, lane);
    }
}
