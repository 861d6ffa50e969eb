using Quiver.Limits;

namespace Quiver.Tests.Limits;

/// <summary>What a plan's windows allow, by their definitions and the list of all that was ever used: slow, and with no state to get wrong.</summary>
internal sealed class RateSimulator(IReadOnlyList<RateWindow> windows)
{
    private readonly List<(DateTimeOffset At, long Units)> _uses = [];

    public bool TryUse(DateTimeOffset now, long units)
    {
        if (units > 0 && windows.Any(window => Remaining(window, now) < units))
            return false;
        _uses.Add((now, units));
        return true;
    }

    public void Refund(DateTimeOffset at, long units) => Assert.True(_uses.Remove((at, units)));

    public long Remaining(RateWindow window, DateTimeOffset now) => window.Period == RatePeriod.Burst
        ? InBucket(window, now)
        : window.Limit - _uses.Where(use => Counts(window.Period, use.At, now)).Sum(use => use.Units);

    /// <summary>Whole units in the bucket, walked from the first use on in exact fractions: ticks times units.</summary>
    private long InBucket(RateWindow window, DateTimeOffset now)
    {
        var minute = windows.Single(other => other.Period == RatePeriod.Minute).Limit;
        var (full, level) = (window.Limit * TimeSpan.TicksPerMinute, window.Limit * TimeSpan.TicksPerMinute);
        var last = DateTimeOffset.MinValue;
        foreach (var (at, units) in _uses)
        {
            level = Refilled(at) - (units * TimeSpan.TicksPerMinute);
            last = at;
        }

        return Refilled(now) / TimeSpan.TicksPerMinute;

        long Refilled(DateTimeOffset at) => last == DateTimeOffset.MinValue ? full : (long)Int128.Min(full, level + ((Int128)(at - last).Ticks * minute));
    }

    private static bool Counts(RatePeriod period, DateTimeOffset use, DateTimeOffset now) => period switch
    {
        RatePeriod.Second => Slot(use, TimeSpan.FromMilliseconds(100)) >= Slot(now, TimeSpan.FromMilliseconds(100)) - 10,
        RatePeriod.Minute => Slot(use, TimeSpan.FromSeconds(1)) >= Slot(now, TimeSpan.FromSeconds(1)) - 60,
        RatePeriod.Hour => Slot(use, TimeSpan.FromMinutes(1)) >= Slot(now, TimeSpan.FromMinutes(1)) - 60,
        RatePeriod.Day => use.UtcDateTime.Date == now.UtcDateTime.Date,
        RatePeriod.Month => (use.Year, use.Month) == (now.Year, now.Month),
        _ => throw new ArgumentOutOfRangeException(nameof(period)),
    };

    private static long Slot(DateTimeOffset time, TimeSpan width) => (time - DateTimeOffset.UnixEpoch).Ticks / width.Ticks;
}
