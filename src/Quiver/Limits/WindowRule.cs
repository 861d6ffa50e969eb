namespace Quiver.Limits;

/// <summary>How one window counts: arithmetic on a <see cref="CounterState"/>, the same wherever the state is kept.</summary>
/// <remarks>
/// Times are microseconds since 1970 in UTC; amounts are thousandths of a unit, so that a hit may cost a part of one. Immutable. Every method
/// but <see cref="Settle"/> takes a state that was settled for the same time.
/// </remarks>
internal abstract class WindowRule(RateWindow window)
{
    /// <summary>One unit.</summary>
    public const long Unit = 1000;

    public RateWindow Window => window;

    public long Capacity { get; } = checked(window.Limit * Unit);

    /// <param name="plan">All windows of the plan: a burst refills at the rate of the minute beside it, or in a minute where there is none.</param>
    public static WindowRule Of(RateWindow window, IReadOnlyList<RateWindow> plan)
    {
        if (window.Period != RatePeriod.Burst)
            return new SlotRule(window);
        var minute = plan.FirstOrDefault(other => other.Period == RatePeriod.Minute && other.Unit == window.Unit && other.Scope == window.Scope)
            ?? plan.FirstOrDefault(other => other.Period == RatePeriod.Minute && other.Unit == window.Unit);
        return new BucketRule(window, minute?.Limit ?? window.Limit);
    }

    /// <summary>The same window with an equal part of the limit, at least 1, for one of several processes that cannot speak with each other.</summary>
    public abstract WindowRule Share(int processes);

    /// <summary>Forgets what no longer counts, and brings back into the present what a clock that was set back left in the future.</summary>
    /// <returns>Whether anything was brought back: that must be kept even if nothing is added, or it would come back again and again.</returns>
    public abstract bool Settle(CounterState state, long now);

    /// <summary>Whether so much more may be used.</summary>
    public abstract bool Fits(CounterState state, long now, long amount);

    public abstract void Add(CounterState state, long now, long amount);

    /// <summary>Takes back what was added at a time, as far as it has not come back by itself.</summary>
    public abstract void Remove(CounterState state, long now, long addedAt, long amount);

    /// <summary>What is left, and when more will be.</summary>
    /// <param name="asked">What somebody wants to use beyond it; 0 for nobody.</param>
    public abstract WindowStanding Standing(CounterState state, long now, long asked);

    /// <summary>From when on the state says nothing any more.</summary>
    public abstract long EndOf(CounterState state);
}
