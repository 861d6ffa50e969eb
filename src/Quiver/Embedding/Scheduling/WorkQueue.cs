namespace Quiver.Embedding.Scheduling;

/// <summary>What waits, in two lanes: interactive before bulk, with a turn for bulk now and then.</summary>
/// <remarks>Not thread-safe: <see cref="Scheduler"/> calls it under its lock.</remarks>
internal sealed class WorkQueue(SchedulerOptions options)
{
    private int _interactiveStreak;

    public Lane Interactive { get; } = new(options.InteractiveQueueTokens, options.QueueTexts);

    public Lane Bulk { get; } = new(options.BulkQueueTokens, options.QueueTexts);

    public bool IsEmpty => Interactive.IsEmpty && Bulk.IsEmpty;

    public long Tokens => Interactive.Tokens + Bulk.Tokens;

    public Lane LaneOf(ScheduledWork work) => work.Interactive ? Interactive : Bulk;

    /// <summary>Fills the unit of a run from the lane that is due. There must be something.</summary>
    /// <param name="freeRunners">Runners that could take work now, the asking one included.</param>
    public void Take(UnitRun run, int freeRunners)
    {
        var bulkIsDue = Interactive.IsEmpty || (!Bulk.IsEmpty && _interactiveStreak >= options.BulkAgeing);
        _interactiveStreak = bulkIsDue ? 0 : _interactiveStreak + 1;
        run.ClearYield();
        if (bulkIsDue && !Interactive.IsEmpty)
            run.Turn.Begin();
        else
            run.Turn.Rest();
        Fill(run.Unit, bulkIsDue ? Bulk : Interactive, freeRunners);
    }

    /// <summary>Fills a unit with interactive work that goes before the bulk unit of a run, if any waits and the bulk unit has not its turn.</summary>
    public bool TryTakeBefore(UnitRun bulk, UnitRun nested)
    {
        if (Interactive.IsEmpty)
        {
            bulk.ClearYield();
            bulk.Turn.Rest();
            return false;
        }

        if (!bulk.Turn.MayYield())
            return false;
        bulk.Turn.Yielded();
        nested.ClearYield();
        Fill(nested.Unit, Interactive, freeRunners: 1);
        return true;
    }

    /// <summary>
    /// Whatever waits is spread over the runners that could take it, and a request evenly over all of them: two runners with half of it
    /// each are done sooner than one with the whole.
    /// </summary>
    private void Fill(WorkUnit unit, Lane lane, int freeRunners)
    {
        var evenly = Math.Max(Share(lane.First.Tokens, options.Runners), Share(lane.Tokens, freeRunners));
        unit.Interactive = lane == Interactive;
        lane.Fill(unit, Math.Min(options.UnitTokens, evenly));
    }

    private static long Share(long tokens, int runners) => (tokens + runners - 1) / runners;
}
