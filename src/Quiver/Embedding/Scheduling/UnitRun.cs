using Quiver.Diagnostics;
using Quiver.Encoding;
using Quiver.Encoding.Sharing;

namespace Quiver.Embedding.Scheduling;

/// <summary>
/// Computes one unit after the other on its runner's thread. At the yield points of a bulk unit it computes interactive ones in between, by
/// a run of its own that does not yield again.
/// </summary>
internal sealed class UnitRun : EncodingHost
{
    private readonly Scheduler _scheduler;
    private readonly TimeProvider _time;
    private readonly UnitRun? _nested;
    private float[] _output = [];
    private TimeSpan _suspended;
    private volatile bool _hasHelper;

    /// <param name="nested">What runs in between, or null for nothing.</param>
    public UnitRun(Scheduler scheduler, SchedulerOptions options, TimeProvider time, UnitRun? nested)
    {
        _scheduler = scheduler;
        _time = time;
        _nested = nested;
        Unit = new WorkUnit(this, options.UnitTexts);
        Turn = new BulkTurn(options, time);
    }

    /// <summary>Filled by the scheduler, emptied at the end of <see cref="Compute"/>.</summary>
    public WorkUnit Unit { get; }

    /// <summary>When bulk work has its turn to compute, after interactive units in a row. The scheduler's.</summary>
    public BulkTurn Turn { get; }

    /// <summary>Where a runner without work of its own helps.</summary>
    public ColumnSharing Columns { get; } = new();

    /// <summary>Whether a runner helps, or was asked to. Written under the scheduler's lock.</summary>
    public bool HasHelper
    {
        get => _hasHelper;
        set => _hasHelper = value;
    }

    /// <summary>Computes the unit and tells its texts. Never throws.</summary>
    public void Compute()
    {
        var start = _time.GetTimestamp();
        _suspended = TimeSpan.Zero;
        var failure = Embed(0, Unit.Texts.Count);
        if (failure is null || Unit.Texts.Count == 1)
        {
            for (var i = 0; i < Unit.Texts.Count; i++)
                Settle(Unit.Texts[i], i, failure, start);
        }
        else
        {
            // Texts of several requests share a unit: each is tried alone, so that only the one at fault fails.
            for (var i = 0; i < Unit.Texts.Count; i++)
            {
                if (Unit.Texts[i].State == TextState.Running)
                    Settle(Unit.Texts[i], 0, Embed(i, 1), start);
            }
        }

        var computed = _time.GetElapsedTime(start) - _suspended;
        Record(start, computed);
        _scheduler.Finish(Unit, failure is null ? computed : null);
    }

    protected internal override ColumnSharing? Sharing =>
        Columns.IsWorthwhile && (HasHelper || _scheduler.TryAskForHelp(this)) ? Columns : null;

    protected override void Yield()
    {
        while (true)
        {
            switch (_scheduler.AtYieldPoint(this, _nested))
            {
                case YieldAnswer.GoOn:
                    return;
                case YieldAnswer.Stop:
                    throw new OperationCanceledException("Nobody waits for this unit any more.");
                case YieldAnswer.ComputeNested:
                    var start = _time.GetTimestamp();
                    _nested!.Compute();
                    _suspended += _time.GetElapsedTime(start);
                    break;
            }
        }
    }

    /// <summary>Computes some texts of the unit into the run's memory.</summary>
    /// <returns>What went wrong, or null.</returns>
    private QuiverException? Embed(int first, int count)
    {
        try
        {
            var embedder = Unit.Embedder!;
            if (Unit.Texts[first].Output == ScheduledOutput.TokenVectors)
                embedder.EmbedTokens(Unit.Inputs[first], Memory(Unit.Inputs[first].Ids.Length * embedder.TokenWidth), this);
            else
                embedder.Embed(Unit.Inputs.Slice(first, count), Memory(count * embedder.Width), this);
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
    /// <param name="row">Where its output stands in the run's memory.</param>
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
        var waited = _time.GetElapsedTime(text.Work.EnqueuedAt, start) + _suspended;
        text.Complete(_output.AsSpan(row * length, length), new ScheduledTimes(waited, _time.GetElapsedTime(start) - _suspended));
    }

    private void Record(long start, TimeSpan computed)
    {
        var lane = QueueGauges.TagOf(Unit.Interactive);
        QuiverMeter.InferenceDuration.Record(computed.TotalSeconds, lane);
        QuiverMeter.BatchTexts.Record(Unit.Texts.Count, lane);
        QuiverMeter.BatchTokens.Record(Unit.Tokens, lane);
        if (!QuiverMeter.QueueWait.Enabled)
            return;
        foreach (var text in Unit.Texts)
            QuiverMeter.QueueWait.Record((_time.GetElapsedTime(text.Work!.EnqueuedAt, start) + _suspended).TotalSeconds, lane);
    }
}

/// <summary>What a run does at a yield point.</summary>
internal enum YieldAnswer
{
    GoOn,
    Stop,
    ComputeNested,
}
