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
    private readonly long _tenantMaxBytes;
    private readonly ConcurrentDictionary<CacheKey, CacheEntry> _entries = new(concurrencyLevel: 1, capacity: 31);
    private readonly Dictionary<string, TenantShare> _tenants = new(StringComparer.Ordinal);
    private readonly TenantHeap _byBytes = new(0, share => share.CountedBytes);
    private readonly TenantHeap _byTexts = new(1, share => share.CountedTextBytes);
    private readonly Meter _meter = QuiverMeter.Create();
    private TenantShare? _sharedLine;
    private long _usedBytes;
    private long _textBytes;

    public MemoryTier(MemoryTierOptions? options = null, TimeProvider? time = null)
    {
        options ??= new MemoryTierOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes);
        MaxBytes = options.MaxBytes;
        _tenantMaxBytes = Math.Min(options.TenantMaxBytes ?? long.MaxValue, MaxBytes);
        _time = time ?? TimeProvider.System;
        _timeToLive = options.TimeToLive is { } life ? (long)Math.Min(life.TotalSeconds * _time.TimestampFrequency, long.MaxValue / 2) : long.MaxValue;
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
                return _usedBytes;
        }
    }

    public int Count => _entries.Count;

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
        if (entry.VectorBytes > _tenantMaxBytes)
            return;
        if (_timeToLive != long.MaxValue)
            entry.ExpiresAt = _time.GetTimestamp() + _timeToLive;
        if (entry.CreatedAt == 0)
            entry.CreatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds();

        lock (_gate)
        {
            if (_entries.TryGetValue(entry.Key, out var present))
            {
                if (present.ExpiresAt > _time.GetTimestamp())
                    return;
                RemoveWhole(present);
            }

            var share = ShareOf(entry.Line.Tenant);
            share.Enter(entry);
            _entries[entry.Key] = entry;
            Recount(share);
            MakeRoom(share);
        }
    }

    public ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        for (var i = 0; i < keys.Length; i++)
        {
            TryFind(keys.Span[i].Key, out var entry);
            entries.Span[i] = entry;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken)
    {
        foreach (var addition in additions)
            Add(addition.Entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        var before = filter.Before?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        var cleared = 0L;
        foreach (var (_, entry) in _entries)
        {
            if (entry.CreatedAt < before && filter.Matches(entry.Line) && Drop(entry))
                cleared++;
        }

        return ValueTask.FromResult(cleared);
    }

    /// <summary>What it holds of each line at this moment.</summary>
    public IReadOnlyList<(CacheLine Line, long Entries, long Bytes)> Lines()
    {
        lock (_gate)
            return [.. _tenants.Values.Append(_sharedLine).OfType<TenantShare>().SelectMany(share => share.Lines)];
    }

    /// <summary>The entries of one line: a snapshot that may miss what comes or goes meanwhile.</summary>
    public IEnumerable<CacheEntry> EntriesOf(CacheLine line) => _entries.Values.Where(entry => entry.Line.Equals(line));

    /// <summary>Ends its gauges. The entries go with the tier.</summary>
    public void Dispose() => _meter.Dispose();

    /// <summary>See <see cref="CacheEntry.OfferText"/>, the only caller.</summary>
    internal void KeepText(CacheEntry entry, VectorTextKind kind, byte[] text)
    {
        lock (_gate)
        {
            var growth = text.Length + CacheEntry.ArrayBytes;
            if (entry.Share is not { } share || share.Tier != this || entry.Text(kind) is not null || growth > MaxBytes / TextShare)
                return;
            while (_textBytes + growth > MaxBytes / TextShare)
            {
                var most = share.Texts.Bytes == 0 || _byTexts.Largest.Texts.Bytes > share.Texts.Bytes + growth ? _byTexts.Largest : share;
                most.Texts.Evict();
                Recount(most);
            }

            share.Texts.Add(entry, kind, text);
            Recount(share);
            MakeRoom(share);
        }
    }

    private bool Drop(CacheEntry entry)
    {
        lock (_gate)
        {
            if (entry.Share is null)
                return false;
            RemoveWhole(entry);
            return true;
        }
    }

    private void RemoveWhole(CacheEntry entry)
    {
        var share = entry.Share!;
        share.Queues.Remove(entry);
        Forget(share, entry);
    }

    /// <summary>Evicts until tenant and tier are within their bytes: the tenant's own, unless another holds more.</summary>
    private void MakeRoom(TenantShare share)
    {
        while (share.CountedBytes > _tenantMaxBytes)
            EvictFrom(share);
        while (_usedBytes > MaxBytes)
            EvictFrom(_byBytes.Largest);
    }

    private void EvictFrom(TenantShare share)
    {
        Forget(share, share.Queues.Evict());
        QuiverMeter.CacheEvictions.Add(1, Tag);
    }

    /// <summary>Ends what is left of an entry that no queue holds any more.</summary>
    private void Forget(TenantShare share, CacheEntry entry)
    {
        _entries.TryRemove(entry.Key, out _);
        share.Forget(entry);
        Recount(share);
    }

    /// <summary>Brings the sums up to what a tenant holds now. One that holds nothing goes, and what eviction remembers of it.</summary>
    private void Recount(TenantShare share)
    {
        var isEmpty = share.Queues.Count == 0;
        _usedBytes -= share.CountedBytes;
        _textBytes -= share.CountedTextBytes;
        share.CountedBytes = isEmpty ? 0 : share.Bytes;
        share.CountedTextBytes = isEmpty ? 0 : share.Texts.Bytes;
        _usedBytes += share.CountedBytes;
        _textBytes += share.CountedTextBytes;
        if (!isEmpty)
        {
            _byBytes.Update(share);
            _byTexts.Update(share);
            return;
        }

        _byBytes.Remove(share);
        _byTexts.Remove(share);
        if (share.Tenant is { } tenant)
            _tenants.Remove(tenant);
        else
            _sharedLine = null;
    }

    private TenantShare ShareOf(string? tenant)
    {
        if ((tenant is null ? _sharedLine : _tenants.GetValueOrDefault(tenant)) is { } known)
            return known;
        var share = new TenantShare(this, tenant);
        if (tenant is null)
            _sharedLine = share;
        else
            _tenants.Add(tenant, share);
        _byBytes.Add(share);
        _byTexts.Add(share);
        return share;
    }
}
