using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>The vectors that this process holds: bounded by bytes, scan-resistant, with the ready texts of those asked for again. See readme.md.</summary>
/// <remarks>
/// Thread-safe. A lookup takes no lock and allocates nothing. What changes the tier takes one lock, and comes at most as often as
/// texts are computed.
/// </remarks>
internal sealed class MemoryTier : ICacheTier, IDisposable
{
    /// <summary>
    /// The part of the bytes that texts may have. A text saves microseconds and a vector milliseconds, and a text is three times as large: it
    /// must not push many vectors out.
    /// </summary>
    private const int TextShare = 4;

    private const string TierName = "memory";

    private static readonly KeyValuePair<string, object?> Tag = new("tier", TierName);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _timeToLive;
    private readonly ConcurrentDictionary<CacheKey, CacheEntry> _entries = new(concurrencyLevel: 1, capacity: 31);
    private readonly EvictionQueues _queues;
    private readonly KeptTexts _texts = new();
    private readonly Meter _meter = QuiverMeter.Create();
    private long _vectorBytes;

    public MemoryTier(MemoryTierOptions? options = null, TimeProvider? time = null)
    {
        options ??= new MemoryTierOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes);
        MaxBytes = options.MaxBytes;
        _time = time ?? TimeProvider.System;
        _timeToLive = options.TimeToLive is { } life ? (long)Math.Min(life.TotalSeconds * _time.TimestampFrequency, long.MaxValue / 2) : long.MaxValue;
        _queues = new EvictionQueues(MaxBytes);
        _meter.CreateObservableGauge("quiver.cache.bytes", () => new Measurement<long>(Bytes, Tag), "By", "Memory of the cached vectors and what is around them.");
        _meter.CreateObservableGauge("quiver.cache.entries", () => new Measurement<long>(Count, Tag), "{entry}", "Cached vectors.");
    }

    public string Name => TierName;

    public long MaxBytes { get; }

    /// <summary>What is in use, all told. Never more than <see cref="MaxBytes"/>.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return UsedBytes;
        }
    }

    public int Count => _entries.Count;

    private long UsedBytes => _vectorBytes + _texts.Bytes + _queues.GhostBytes;

    public bool TryFind(in CacheKey key, [NotNullWhen(true)] out CacheEntry? entry)
    {
        if (!TryFindAgain(key, out entry))
            return false;
        QuiverMeter.CacheHits.Add(1, Tag);
        return true;
    }

    /// <summary>Looks once more for what was counted as a miss; what has come since is not counted as a hit.</summary>
    public bool TryFindAgain(in CacheKey key, [NotNullWhen(true)] out CacheEntry? entry)
    {
        if (!_entries.TryGetValue(key, out entry))
            return false;
        if (entry.ExpiresAt != long.MaxValue && entry.ExpiresAt <= _time.GetTimestamp())
        {
            Drop(entry);
            entry = null;
            return false;
        }

        entry.Touch();
        return true;
    }

    /// <summary>Keeps an entry, unless it alone is too large, or its key is here already.</summary>
    public void Add(CacheEntry entry)
    {
        if (entry.VectorBytes > MaxBytes)
            return;
        if (_timeToLive != long.MaxValue)
            entry.ExpiresAt = _time.GetTimestamp() + _timeToLive;

        lock (_gate)
        {
            if (_entries.TryGetValue(entry.Key, out var present))
            {
                if (present.ExpiresAt > _time.GetTimestamp())
                    return;
                RemoveWhole(present);
            }

            if (!TryMakeRoom(entry.VectorBytes))
                return;
            entry.Tier = this;
            _entries[entry.Key] = entry;
            _queues.Add(entry);
            _vectorBytes += entry.VectorBytes;
        }
    }

    public ValueTask FindAsync(ReadOnlyMemory<CacheKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            TryFind(keys.Span[i], out var entry);
            entries.Span[i] = entry;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask AddAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
            Add(entry);
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends its gauges. The entries go with the tier.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>See <see cref="CacheEntry.OfferText"/>, the only caller.</summary>
    internal void KeepText(CacheEntry entry, VectorTextKind kind, byte[] text)
    {
        lock (_gate)
        {
            var growth = text.Length + CacheEntry.ArrayBytes;
            if (entry.Tier != this || entry.Text(kind) is not null || growth > MaxBytes / TextShare)
                return;
            while (_texts.Bytes + growth > MaxBytes / TextShare)
                _texts.Evict();
            if (TryMakeRoom(growth) && entry.Tier == this)
                _texts.Add(entry, kind, text);
        }
    }

    private void Drop(CacheEntry entry)
    {
        lock (_gate)
        {
            if (entry.Tier == this)
                RemoveWhole(entry);
        }
    }

    private void RemoveWhole(CacheEntry entry)
    {
        _queues.Remove(entry);
        Forget(entry);
    }

    /// <returns>false if all the tier may hold is taken by what cannot be evicted.</returns>
    private bool TryMakeRoom(long bytes)
    {
        while (UsedBytes + bytes > MaxBytes)
        {
            if (_queues.Count == 0)
                return false;
            Forget(_queues.Evict());
            QuiverMeter.CacheEvictions.Add(1, Tag);
        }

        return true;
    }

    /// <summary>Ends what is left of an entry that no queue holds any more.</summary>
    private void Forget(CacheEntry entry)
    {
        _entries.TryRemove(entry.Key, out _);
        _texts.Remove(entry);
        _vectorBytes -= entry.VectorBytes;
        entry.Tier = null;
    }
}
