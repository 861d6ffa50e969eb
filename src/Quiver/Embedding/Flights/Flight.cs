using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding.Flights;

/// <summary>One input that is being computed, for every request that waits for it.</summary>
/// <remarks>All that changes is changed under the lock of <see cref="SingleFlight"/>. What it ended with may be read by whom its waiter told.</remarks>
internal sealed class Flight(SingleFlight owner, CacheKey key, PreparedInput input)
{
    private readonly List<FlightWaiter> _waiters = new(1);
    private readonly List<FlightAttempt> _attempts = new(1);

    public CacheKey Key => key;

    public PreparedInput Input => input;

    /// <summary>The vector, once it is there.</summary>
    public CacheEntry? Entry { get; private set; }

    /// <summary>Why there will be none.</summary>
    public QuiverException? Error { get; private set; }

    public ScheduledTimes Times { get; private set; }

    /// <summary>Whether an attempt of it is queued as interactive work.</summary>
    public bool Interactive { get; set; }

    /// <summary>Requests that still wait. A request that left is told all the same, and does not listen.</summary>
    public int Waiting { get; private set; }

    public bool Ended { get; private set; }

    public IReadOnlyList<FlightWaiter> Waiters => _waiters;

    public IReadOnlyList<FlightAttempt> Attempts => _attempts;

    /// <summary>Whether no runner has begun it.</summary>
    public bool IsQueued => !Ended && _attempts.TrueForAll(attempt => attempt.IsQueued);

    public FlightAttempt Attempt()
    {
        var attempt = new FlightAttempt(owner, this);
        _attempts.Add(attempt);
        return attempt;
    }

    public void Join(FlightWaiter waiter)
    {
        _waiters.Add(waiter);
        Waiting++;
        waiter.Expect();
    }

    public void Leave() => Waiting--;

    public void End(CacheEntry? entry, QuiverException? error, ScheduledTimes times) =>
        (Entry, Error, Times, Ended) = (entry, error, times, true);
}
