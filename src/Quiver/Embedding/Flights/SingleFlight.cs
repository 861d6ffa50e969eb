using System.Diagnostics.CodeAnalysis;
using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding.Flights;

/// <summary>
/// What is being computed in this process, by key: an input that one request waits for is not computed again for the next, who waits with it.
/// </summary>
/// <remarks>
/// Thread-safe; one lock, under which nothing is computed and none but the cache's is taken. A flight is in the table from its start until it ends or
/// its last waiter leaves. It has one text per window, however many requests queue it, and the scheduler computes a text once. A vector enters the
/// cache before its flight leaves the table, and the cache is asked again where there is no flight: so a key is never computed twice at a time,
/// nor right after it was, but for one whose last waiter left while it ran.
/// </remarks>
internal sealed class SingleFlight(TieredCache cache)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, Flight> _flights = [];

    /// <summary>Inputs being computed.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _flights.Count;
        }
    }

    /// <summary>Whether vectors are rounded before anybody gets to see them.</summary>
    public bool RoundsToHalf => cache.Element == StoredElement.Float16;

    /// <summary>The input of a flight under way, so that it is not tokenized again.</summary>
    public PreparedInput? Find(in CacheKey key)
    {
        lock (_gate)
            return _flights.TryGetValue(key, out var flight) ? flight.Input : null;
    }

    /// <summary>Makes a request wait for an input, unless its vector has just come.</summary>
    /// <param name="interactive">Whether what the request queues is interactive work.</param>
    /// <param name="role">Unless it is <see cref="FlightRole.Waits"/>, the request must queue the flight's texts, or <see cref="Refuse"/> it.</param>
    /// <param name="entry">The vector, where there is no flight to wait for.</param>
    /// <returns>false if there is the vector instead.</returns>
    public bool TryJoin(
        RequestedInput input, bool interactive, FlightWaiter waiter, out FlightRole role, [NotNullWhen(true)] out Flight? flight, [NotNullWhen(false)] out CacheEntry? entry)
    {
        lock (_gate)
        {
            entry = null;
            if (_flights.TryGetValue(input.Key, out flight))
            {
                role = interactive && flight.TryHurry() ? FlightRole.Hurries : FlightRole.Waits;
            }
            else
            {
                role = FlightRole.Starts;
                if (cache.TryFindAgain(input.Key, out entry))
                    return false;
                flight = new Flight(this, input.Own, input.Prepared!, interactive);
                _flights.Add(input.Key, flight);
            }

            flight.Join(waiter);
            return true;
        }
    }

    /// <summary>A request waits no longer. When the last one leaves, the flight is cancelled and its room in the queue is free.</summary>
    public void Leave(Flight flight, FlightWaiter waiter)
    {
        lock (_gate)
        {
            if (flight.Ended || !flight.Leave(waiter))
                return;
            TryEnd(flight, null, null, default);
        }

        flight.Cancel();
    }

    /// <summary>The vector has come: it is cached, and whoever waits is told.</summary>
    public void Land(Flight flight, CacheEntry entry, ScheduledTimes times)
    {
        cache.Add(entry);
        End(flight, entry, null, times);
    }

    /// <summary>There will be no vector. Nothing of it is kept: the next request tries again.</summary>
    public void Fail(Flight flight, QuiverException error) => End(flight, null, error, default);

    /// <summary>A request could not queue a flight that it starts or hurries, which fails unless another queues it.</summary>
    public void Refuse(Flight flight, FlightRole role, QuiverException error)
    {
        lock (_gate)
        {
            if (!flight.Refuse(hurried: role == FlightRole.Hurries) || !TryEnd(flight, null, error, default))
                return;
        }

        Tell(flight);
    }

    private void End(Flight flight, CacheEntry? entry, QuiverException? error, ScheduledTimes times)
    {
        lock (_gate)
        {
            if (!TryEnd(flight, entry, error, times))
                return;
        }

        Tell(flight);
    }

    /// <summary>Under the lock. From here on nothing of the flight changes: nobody joins what is not in the table, or leaves what has ended.</summary>
    private bool TryEnd(Flight flight, CacheEntry? entry, QuiverException? error, ScheduledTimes times)
    {
        if (flight.Ended)
            return false;
        _flights.Remove(flight.Key);
        flight.End(entry, error, times);
        return true;
    }

    private static void Tell(Flight flight)
    {
        flight.Cancel();
        foreach (var waiter in flight.Waiters)
            waiter.Arrived(failed: flight.Error is not null && !flight.Refused);
    }
}
