namespace Quiver.Embedding.Scheduling;

/// <summary>What waits, in two lanes: interactive before bulk, with a turn for bulk now and then.</summary>
/// <remarks>Not thread-safe: <see cref="Scheduler"/> calls it under its lock.</remarks>
internal sealed class WorkQueue(SchedulerOptions options)
{
    private int _interactiveStreak;

    public Lane Interactive { get; } = new(options.InteractiveQueueTokens, options.QueueTexts);

    public Lane Bulk { get; } = new(options.BulkQueueTokens, options.QueueTexts);

    public bool IsEmpty => Interactive.IsEmpty && Bulk.IsEmpty;

    /// <summary>What is computed before a request that comes to the lane now, but for the turns of bulk.</summary>
    public long TokensBefore(Lane lane) => lane == Interactive ? Interactive.Tokens : Interactive.Tokens + Bulk.Tokens;

    public Lane LaneOf(ScheduledWork work) => work.Interactive ? Interactive : Bulk;

    /// <summary>Fills the unit of a run from the lane that is due. There must be something.</summary>
    public void Take(UnitRun run)
    {
        var bulkIsDue = Interactive.IsEmpty || (!Bulk.IsEmpty && _interactiveStreak >= options.BulkAgeing);
        _interactiveStreak = bulkIsDue ? 0 : _interactiveStreak + 1;
        run.ClearYield();
        if (bulkIsDue && !Interactive.IsEmpty)
            run.Turn.Begin();
        else
            run.Turn.Rest();
        Fill(run.Unit, bulkIsDue ? Bulk : Interactive);
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
        Fill(nested.Unit, Interactive);
        return true;
    }

    /// <summary>
    /// A request, and whatever else waits, is spread evenly over the runners: two with half of it each are done sooner than one with the
    /// whole, and a unit that takes everything leaves the next runner with nothing. Unless it wants to stay together.
    /// </summary>
    private void Fill(WorkUnit unit, Lane lane)
    {
        var first = lane.First;
        var evenly = first.Together ? options.UnitTokens : (Math.Max(first.Tokens, lane.Tokens) + options.Runners - 1) / options.Runners;
        unit.Interactive = lane == Interactive;
        lane.Fill(unit, Math.Min(options.UnitTokens, evenly));
    }
}
