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
/// its last waiter leaves. A vector enters the cache before its flight leaves the table, and the cache is asked again where there is no flight:
/// so a key is never computed twice at a time, nor right after it was.
/// </remarks>
internal sealed class SingleFlight(MemoryTier cache)
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

    /// <summary>The input of a flight under way, so that it is not tokenized again.</summary>
    public PreparedInput? Find(in CacheKey key)
    {
        lock (_gate)
            return _flights.TryGetValue(key, out var flight) ? flight.Input : null;
    }

    /// <summary>Makes a request wait for an input, unless its vector has just come.</summary>
    /// <param name="started">Whether the flight is new: the request must queue an attempt of it, or <see cref="Fail"/> it.</param>
    /// <param name="entry">The vector, where there is no flight to wait for.</param>
    /// <returns>false if there is the vector instead.</returns>
    public bool TryJoin(
        in CacheKey key, PreparedInput input, FlightWaiter waiter, out bool started, [NotNullWhen(true)] out Flight? flight, [NotNullWhen(false)] out CacheEntry? entry)
    {
        lock (_gate)
        {
            entry = null;
            started = !_flights.TryGetValue(key, out flight);
            if (flight is null)
            {
                if (cache.TryFind(key, out entry))
                {
                    started = false;
                    return false;
                }

                flight = new Flight(this, key, input);
                _flights.Add(key, flight);
            }

            flight.Join(waiter);
            return true;
        }
    }

    /// <summary>The first attempt of a flight that the caller started.</summary>
    public FlightAttempt Begin(Flight flight)
    {
        lock (_gate)
            return flight.Attempt();
    }

    /// <summary>
    /// A second attempt of a flight that waits in the bulk lane, for a request that shall not wait there. Whichever attempt ends first ends the
    /// flight, and takes the other out of the queue.
    /// </summary>
    public bool TryHurry(Flight flight, [NotNullWhen(true)] out FlightAttempt? attempt)
    {
        lock (_gate)
        {
            attempt = null;
            if (flight.Interactive || !flight.IsQueued)
                return false;
            flight.Interactive = true;
            attempt = flight.Attempt();
            return true;
        }
    }

    /// <summary>A request waits no longer. When the last one leaves, the flight is cancelled and its room in the queue is free.</summary>
    public void Leave(Flight flight)
    {
        lock (_gate)
        {
            flight.Leave();
            if (flight.Ended || flight.Waiting > 0)
                return;
            _flights.Remove(flight.Key);
            flight.End(null, null, default);
        }

        Cancel(flight);
    }

    /// <summary>The vector has come: it is cached, and whoever waits is told.</summary>
    public void Land(Flight flight, CacheEntry entry, ScheduledTimes times)
    {
        cache.Add(entry);
        End(flight, entry, null, times);
    }

    /// <summary>There will be no vector. Nothing of it is kept: the next request tries again.</summary>
    public void Fail(Flight flight, QuiverException error) => End(flight, null, error, default);

    private void End(Flight flight, CacheEntry? entry, QuiverException? error, ScheduledTimes times)
    {
        lock (_gate)
        {
            if (flight.Ended)
                return;
            _flights.Remove(flight.Key);
            flight.End(entry, error, times);
        }

        // From here on nothing of the flight changes: nobody joins what is not in the table.
        Cancel(flight);
        foreach (var waiter in flight.Waiters)
            waiter.Arrived(failed: error is not null);
    }

    private static void Cancel(Flight flight)
    {
        foreach (var attempt in flight.Attempts)
            attempt.Cancel();
    }
}
