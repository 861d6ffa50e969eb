namespace Quiver.Limits;

/// <summary>A burst: a bucket that is full at first and refills evenly. Its state is one number, the time at which it is full again.</summary>
/// <remarks>
/// The generic cell rate algorithm (ITU-T I.371): using a unit moves that time by the interval between two units, and may not move it further
/// from the present than a full bucket's worth.
/// </remarks>
/// <param name="perMinute">Units that come back in a minute.</param>
internal sealed class BucketRule(RateWindow window, long perMinute) : WindowRule(window)
{
    /// <summary>Microseconds in which a unit comes back, rounded up.</summary>
    public long Interval { get; } = (60_000_000 + perMinute - 1) / perMinute;

    /// <summary>Microseconds from empty to full.</summary>
    public long Depth => Window.Limit * Interval;

    /// <summary>By how much the time moves.</summary>
    public long CostOf(long amount) => ((amount * Interval) + Unit - 1) / Unit;

    public override WindowRule Share(int processes) =>
        new BucketRule(Window with { Limit = Math.Max(1, Window.Limit / processes) }, Math.Max(1, perMinute / processes));

    /// <summary>Full is now at the earliest; more than a full bucket ahead is a clock that was set back.</summary>
    public override bool Settle(CounterState state, long now)
    {
        var ahead = FullAt(state) > now + Depth;
        state.Set(Math.Clamp(FullAt(state), now, now + Depth), 0);
        return ahead;
    }

    public override bool Fits(CounterState state, long now, long amount) => FullAt(state) + CostOf(amount) <= now + Depth;

    public override void Add(CounterState state, long now, long amount) => state.Set(FullAt(state) + CostOf(amount), 0);

    /// <summary>What was added first refills first: its part that is certain to be missing still.</summary>
    public override void Remove(CounterState state, long now, long addedAt, long amount)
    {
        var cost = CostOf(amount);
        state.Set(Math.Max(now, FullAt(state) - Math.Clamp(addedAt + cost - now, 0, cost)), 0);
    }

    public override WindowStanding Standing(CounterState state, long now, long asked)
    {
        var used = FullAt(state) - now;
        var remaining = (Depth - used) / Interval;
        var next = used == 0 ? 0 : used - ((Window.Limit - remaining - 1) * Interval);
        TimeSpan? wait = asked > Capacity ? null : TimeSpan.FromMicroseconds(Math.Max(0, used + CostOf(asked) - Depth));
        return new WindowStanding(Window, remaining, TimeSpan.FromMicroseconds(next), TimeSpan.FromMicroseconds(used), wait);
    }

    public override long EndOf(CounterState state) => FullAt(state);

    private static long FullAt(CounterState state) => state.Slots.Count == 0 ? 0 : state.Slots[0].Number;
}
