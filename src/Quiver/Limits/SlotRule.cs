namespace Quiver.Limits;

/// <summary>Seconds, minutes and hours that slide, in slots of a tenth, a sixtieth and a sixtieth; days and months of the calendar, which are one slot.</summary>
/// <remarks>
/// A slot counts until all of it is older than the period: no stretch of that length ever holds more than the limit, and what was used is free
/// again at most a slot later than it would be with the time of each use.
/// </remarks>
internal sealed class SlotRule : WindowRule
{
    private const long Second = 1_000_000;

    private readonly long _width;

    public SlotRule(RateWindow window)
        : base(window)
    {
        (_width, Span) = window.Period switch
        {
            RatePeriod.Second => (Second / 10, 10),
            RatePeriod.Minute => (Second, 60),
            RatePeriod.Hour => (60 * Second, 60),
            RatePeriod.Day => (86_400 * Second, 0),
            RatePeriod.Month => (0, 0),
            _ => throw new ArgumentOutOfRangeException(nameof(window), window.Period, "A burst has no slots."),
        };
    }

    /// <summary>How many slots before the current one count too.</summary>
    public int Span { get; }

    private bool IsMonth => Window.Period == RatePeriod.Month;

    /// <summary>Slots of a fixed width are numbered from 1970, months from the year 0.</summary>
    public long SlotOf(long now)
    {
        if (!IsMonth)
            return Math.DivRem(now, _width, out var rest) - (rest < 0 ? 1 : 0);
        var date = DateTimeOffset.UnixEpoch.AddMicroseconds(now);
        return (date.Year * 12) + date.Month - 1;
    }

    public override WindowRule Share(int processes) => new SlotRule(Window with { Limit = Math.Max(1, Window.Limit / processes) });

    public override bool Settle(CounterState state, long now)
    {
        var current = SlotOf(now);
        return state.Settle(current - Span, current);
    }

    public override bool Fits(CounterState state, long now, long amount) => state.Used + amount <= Capacity;

    public override void Add(CounterState state, long now, long amount) => state.Add(SlotOf(now), amount);

    public override void Remove(CounterState state, long now, long addedAt, long amount) => state.Remove(SlotOf(addedAt), amount);

    public override WindowStanding Standing(CounterState state, long now, long asked)
    {
        var remaining = Math.Max(0, Capacity - state.Used) / Unit;
        if (Span == 0)
        {
            var end = Until(SlotOf(now), now);
            return new WindowStanding(Window, remaining, end, end, Fits(state, now, asked) ? TimeSpan.Zero : asked > Capacity ? null : end);
        }

        var slots = state.Slots;
        return slots.Count == 0
            ? new WindowStanding(Window, remaining, default, default, asked > Capacity ? null : TimeSpan.Zero)
            : new WindowStanding(Window, remaining, Until(slots[0].Number, now), Until(slots[^1].Number, now), WaitFor(state, now, asked));
    }

    public override long EndOf(CounterState state) => state.Slots.Count == 0 ? 0 : StartOf(state.Slots[^1].Number + Span + 1);

    private TimeSpan? WaitFor(CounterState state, long now, long asked)
    {
        var used = state.Used;
        if (used + asked <= Capacity)
            return TimeSpan.Zero;
        foreach (var slot in state.Slots)
        {
            used -= slot.Used;
            if (used + asked <= Capacity)
                return Until(slot.Number, now);
        }

        return null;
    }

    /// <summary>Until a slot no longer counts.</summary>
    private TimeSpan Until(long slot, long now) => TimeSpan.FromMicroseconds(StartOf(slot + Span + 1) - now);

    private long StartOf(long slot) => IsMonth
        ? (new DateTimeOffset((int)(slot / 12), (int)(slot % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond
        : slot * _width;
}
