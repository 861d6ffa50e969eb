using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding.Flights;

/// <summary>One input that is being computed, for every request that waits for it.</summary>
/// <remarks>All that changes is changed under the lock of <see cref="SingleFlight"/>. What it ended with may be read by whom its waiter told.</remarks>
internal sealed class Flight
{
    private readonly List<FlightWaiter> _waiters = new(1);
    private readonly FlightWindows _windows;
    private Action? _whenEnded;

    /// <summary>Requests that queue it, or have: who started it, and who hurries it.</summary>
    private int _queuing = 1;

    /// <param name="interactive">Whether who starts it will queue it as interactive work.</param>
    public Flight(SingleFlight owner, LineKey key, PreparedInput input, bool interactive)
    {
        Own = key;
        Input = input;
        Interactive = interactive;
        _windows = new FlightWindows(owner, this);
    }

    /// <summary>Where its vector is kept.</summary>
    public LineKey Own { get; }

    public CacheKey Key => Own.Key;

    public PreparedInput Input { get; }

    /// <summary>What is to be queued.</summary>
    public IReadOnlyList<ScheduledText> Texts => _windows.Texts;

    /// <summary>The vector, once it is there.</summary>
    public CacheEntry? Entry { get; private set; }

    /// <summary>Why there will be none.</summary>
    public QuiverException? Error { get; private set; }

    /// <summary>Whether it ended because nobody could queue it: who waits for it may try for himself.</summary>
    public bool Refused => _queuing == 0 && Error is { Kind: ErrorKind.Overloaded };

    public ScheduledTimes Times { get; private set; }

    /// <summary>Whether it is queued as interactive work, or about to be.</summary>
    public bool Interactive { get; private set; }

    public bool Ended { get; private set; }

    /// <summary>Requests that still wait. Once it has ended it does not change.</summary>
    public IReadOnlyList<FlightWaiter> Waiters => _waiters;

    public void Join(FlightWaiter waiter)
    {
        _waiters.Add(waiter);
        waiter.Expect();
    }

    /// <returns>Whether nobody waits any more.</returns>
    public bool Leave(FlightWaiter waiter)
    {
        _waiters.Remove(waiter);
        return _waiters.Count == 0;
    }

    /// <summary>Makes it interactive, if it is bulk work, begun or not. The caller then queues it.</summary>
    public bool TryHurry()
    {
        if (Interactive)
            return false;
        Interactive = true;
        _queuing++;
        return true;
    }

    /// <summary>One that was to queue it could not.</summary>
    /// <param name="hurried">Whether it was one that hurries it: the next may try again.</param>
    /// <returns>Whether nobody else queues it.</returns>
    public bool Refuse(bool hurried)
    {
        if (hurried)
            Interactive = false;
        return --_queuing == 0;
    }

    public void End(CacheEntry? entry, QuiverException? error, ScheduledTimes times) =>
        (Entry, Error, Times, Ended) = (entry, error, times, true);

    /// <summary>Has something called once it has ended, however it does. Set by who queues it, before he can leave.</summary>
    public void WhenEnded(Action ended) => _whenEnded = ended;

    /// <summary>It has ended: takes out of the queue, or off the runner, what has not.</summary>
    public void Cancel()
    {
        _windows.Cancel();
        _whenEnded?.Invoke();
    }
}
