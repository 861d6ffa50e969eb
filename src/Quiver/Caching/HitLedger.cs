using System.Collections.Concurrent;

namespace Quiver.Caching;

/// <summary>Collects the hits of all tiers, so that the database learns of them in batches rather than one by one.</summary>
/// <remarks>Thread-safe. A hit costs a lookup in a dictionary. A crash loses the hits since the last time they were taken.</remarks>
internal sealed class HitLedger(TimeProvider time)
{
    /// <summary>Different entries counted at a time; hits of further ones are not, until these are taken.</summary>
    private const int MostEntries = 65_536;

    private ConcurrentDictionary<CacheKey, Hits> _hits = new();
    private int _count;

    public void Add(in CacheKey key)
    {
        if (!_hits.TryGetValue(key, out var hits))
        {
            if (Volatile.Read(ref _count) >= MostEntries)
                return;
            hits = _hits.GetOrAdd(key, static _ => new Hits());
            Interlocked.Increment(ref _count);
        }

        Interlocked.Increment(ref hits.Count);
        Volatile.Write(ref hits.LastAt, time.GetTimestamp());
    }

    /// <summary>What was counted since it was last asked.</summary>
    public IReadOnlyList<EntryHits> Take()
    {
        var taken = Interlocked.Exchange(ref _hits, new ConcurrentDictionary<CacheKey, Hits>());
        Volatile.Write(ref _count, 0);
        var now = time.GetUtcNow();
        return [.. taken.Select(pair => new EntryHits(pair.Key, Interlocked.Read(ref pair.Value.Count), (now - time.GetElapsedTime(Volatile.Read(ref pair.Value.LastAt))).ToUnixTimeMilliseconds()))];
    }

    private sealed class Hits
    {
        public long Count;

        public long LastAt;
    }
}
