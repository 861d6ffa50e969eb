namespace Quiver.Caching;

/// <summary>
/// Which entry goes when there is no room: S3-FIFO (Yang, Zhang, Qiu, Yue, Vinayak: "FIFO queues are all you need for cache eviction",
/// SOSP 2023), counted in bytes.
/// </summary>
/// <remarks>
/// Not thread-safe. New entries wait in a small queue, of a tenth of the bytes once one has to go; those hit again there move to the main queue, the others leave
/// and are remembered as ghosts. So a scan of a million texts that nobody asks for again passes through the small queue and leaves the main
/// one as it was.
/// </remarks>
internal sealed class EvictionQueues
{
    private const int SmallShare = 10;

    /// <summary>Entries one eviction spares at most: it holds the tier's lock, and all of a large tier may have been hit.</summary>
    internal const int MostSpared = 64;

    private readonly LinkedList<CacheEntry> _small = [];
    private readonly LinkedList<CacheEntry> _main = [];
    private readonly GhostKeys _ghosts = new();
    private long _smallBytes;

    /// <summary>Of all entries here, without their texts.</summary>
    public long Bytes { get; private set; }

    public int Count => _small.Count + _main.Count;

    public long GhostBytes => _ghosts.Count * (long)GhostKeys.BytesPerKey;

    public void Add(CacheEntry entry)
    {
        Bytes += entry.VectorBytes;
        if (_ghosts.Contains(entry.Key))
            _main.AddLast(entry.Place);
        else
            AddToSmall(entry);
    }

    public void Remove(CacheEntry entry)
    {
        Bytes -= entry.VectorBytes;
        Unlink(entry);
    }

    /// <summary>Takes out the entry that is worth least, or the next in turn after <see cref="MostSpared"/> that are worth more. There must be one.</summary>
    public CacheEntry Evict()
    {
        var evicted = Choose();
        Bytes -= evicted.VectorBytes;
        return evicted;
    }

    private CacheEntry Choose()
    {
        var spared = 0;
        while (_small.Count > 0 && spared < MostSpared && (_smallBytes > Bytes / SmallShare || _main.Count == 0))
        {
            var entry = _small.First!.Value;
            Unlink(entry);
            if (entry.Frequency <= 1)
            {
                Remember(entry.Key);
                return entry;
            }

            entry.Frequency = 0;
            _main.AddLast(entry.Place);
            spared++;
        }

        for (; ; spared++)
        {
            var entry = _main.First!.Value;
            _main.RemoveFirst();
            if (entry.Frequency == 0 || spared == MostSpared)
                return entry;
            entry.Frequency--;
            _main.AddLast(entry.Place);
        }
    }

    private void Unlink(CacheEntry entry)
    {
        if (entry.Place.List == _small)
            _smallBytes -= entry.VectorBytes;
        entry.Place.List!.Remove(entry.Place);
    }

    private void AddToSmall(CacheEntry entry)
    {
        _small.AddLast(entry.Place);
        _smallBytes += entry.VectorBytes;
    }

    /// <summary>At most as many ghosts as there are entries.</summary>
    private void Remember(CacheKey key)
    {
        _ghosts.Add(key);
        while (_ghosts.Count > Math.Max(Count, 1))
            _ghosts.DropOldest();
    }
}
