using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>The tiers as one: memory first, then those below it, nearest first; what a lower one has fills the upper ones.</summary>
/// <remarks>
/// Thread-safe. Memory answers at once and takes every new entry at once. The tiers below are asked once per request, cost it a bounded wait at
/// most (<see cref="CircuitTier"/>), and are written behind the answer (<see cref="WriteBehind"/>). See readme.md.
/// </remarks>
internal sealed class TieredCache : IAsyncDisposable, IDisposable
{
    private readonly IReadOnlyList<CircuitTier> _below;
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly WriteBehind? _writes;
    private readonly HitReport? _hits;
    private readonly DatabaseTier? _database;
    private readonly TieredCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly Meter _meter = QuiverMeter.Create();
    private int _disposed;

    /// <param name="below">The tiers below memory, nearest first; the cache owns them from now on.</param>
    public TieredCache(TieredCacheOptions options, IReadOnlyList<ICacheTier> below, TimeProvider? time = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
        Memory = new MemoryTier(options.Memory, _time);
        _below = [.. below.Select(tier => new CircuitTier(tier, options.Circuit, _time, (name, usable) => TierChanged?.Invoke(name, usable)))];
        _database = below.OfType<DatabaseTier>().FirstOrDefault();
        _tags = [.. below.Select(tier => new KeyValuePair<string, object?>("tier", tier.Name))];
        if (_below.Count == 0)
            return;
        _writes = new WriteBehind(_below, options.QueueBytes);
        if (below.OfType<IHitKeeper>().FirstOrDefault() is { } keeper)
            _hits = new HitReport(keeper, options.HitReportInterval, _time);
        _meter.CreateObservableGauge(
            "quiver.cache.available", () => _below.Select((tier, i) => new Measurement<int>(tier.IsOpen ? 0 : 1, _tags[i])), "1", "Whether a cache tier below memory is in use: 0 while it is away.");
        _meter.CreateObservableGauge("quiver.cache.queued", () => _writes.Bytes, "By", "Computed vectors on their way to the cache tiers below memory.");
    }

    /// <summary>Tells the name of a tier below memory and whether it can be used, when that changes. Any thread.</summary>
    public event Action<string, bool>? TierChanged;

    public MemoryTier Memory { get; }

    /// <summary>The database tier, or null.</summary>
    public DatabaseTier? Database => _database;

    /// <summary>What elements are where they are kept; computed vectors must have been rounded to it.</summary>
    public StoredElement Element => _options.Element;

    /// <summary>Whether there is a tier below memory.</summary>
    public bool HasTiersBelow => _below.Count > 0;

    /// <summary>Looks in memory. A hit is counted.</summary>
    public bool TryFind(in CacheKey key, [NotNullWhen(true)] out CacheEntry? entry)
    {
        if (!Memory.TryFind(key, out entry))
            return false;
        _hits?.Add(key);
        return true;
    }

    /// <inheritdoc cref="MemoryTier.TryFindAgain"/>
    public bool TryFindAgain(in CacheKey key, [NotNullWhen(true)] out CacheEntry? entry) => Memory.TryFindAgain(key, out entry);

    /// <summary>Looks below memory for what memory does not have.</summary>
    /// <param name="entries">[keys]; receives null where there is nothing.</param>
    /// <param name="tiers">[keys]; receives the name of the tier that had it.</param>
    public async ValueTask FindBelowAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, Memory<string?> tiers, CancellationToken cancellationToken)
    {
        var missing = Enumerable.Range(0, keys.Length).ToArray();
        for (var tier = 0; tier < _below.Count && missing.Length > 0; tier++)
        {
            var asked = Array.ConvertAll(missing, i => keys.Span[i]);
            var found = new CacheEntry?[asked.Length];
            await _below[tier].FindAsync(asked, found, cancellationToken);
            var hits = 0;
            for (var i = 0; i < found.Length; i++)
            {
                if (found[i] is not { } entry)
                    continue;
                hits++;
                entries.Span[missing[i]] = entry;
                tiers.Span[missing[i]] = _below[tier].Name;
                Memory.Add(entry);
                _hits?.Add(entry.Key);
                if (tier > 0)
                    _writes!.Add(new CacheAddition(entry), ..tier);
            }

            if (hits == 0)
                continue;
            QuiverMeter.CacheHits.Add(hits, _tags[tier]);
            missing = [.. missing.Where((_, i) => found[i] is null)];
        }
    }

    /// <summary>Keeps a computed vector: in memory now, in the tiers below soon.</summary>
    public void Add(CacheEntry entry)
    {
        if (entry.CreatedAt == 0)
            entry.CreatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
        Memory.Add(entry);
        _writes?.Add(new CacheAddition(entry), ..);
    }

    /// <summary>Adds the text of an entry that was added before, for the lowest tier, which alone may keep texts.</summary>
    public void KeepText(CacheEntry entry, string text) => _writes?.Add(new CacheAddition(entry, text), ^1..);

    /// <summary>Forgets what a filter matches, in every tier, the lowest first, so that nothing comes up again.</summary>
    /// <returns>Entries forgotten, by tier.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: a tier is away, and those above it still have what they had.</exception>
    public async Task<IReadOnlyList<(string Tier, long Entries)>> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        var cleared = new List<(string Tier, long Entries)>();
        await FlushAsync(cancellationToken);
        foreach (var tier in _below.Reverse())
            cleared.Add((tier.Name, await tier.ClearAsync(filter, cancellationToken)));
        cleared.Add((Memory.Name, await Memory.ClearAsync(filter, cancellationToken)));
        cleared.Reverse();
        return cleared;
    }

    /// <summary>The cached vectors of one line that are nearest to a query: of all that memory and the database tier hold. Redis is not searched.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: the database is away.</exception>
    public async Task<IReadOnlyList<CacheMatch>> SearchAsync(CacheLine line, NearestEntries nearest, CancellationToken cancellationToken)
    {
        foreach (var entry in Memory.EntriesOf(line))
            nearest.Offer(new StoredEntry(entry, null, 0));
        if (_database is not null && (await _database.LinesAsync(cancellationToken)).FirstOrDefault(row => row.Line.Equals(line)) is { } row)
        {
            await foreach (var stored in _database.ScanAsync(row, cancellationToken))
                nearest.Offer(stored);
        }

        return nearest.Take();
    }

    /// <summary>What memory and the database tier hold. Redis does not tell.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: the database is away.</exception>
    public async Task<IReadOnlyList<LineStatistics>> StatisticsAsync(CancellationToken cancellationToken)
    {
        var statistics = LineStatistics.Of(Memory.Name, Memory.Lines()).ToList();
        if (_database is not null)
            statistics.AddRange(LineStatistics.Of(_database.Name, (await _database.LinesAsync(cancellationToken)).Select(row => (row.Line, row.Entries, row.Bytes))));
        return statistics;
    }

    /// <summary>Until what was added and found before is in the tiers below, or dropped.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_writes is not null)
            await _writes.FlushAsync(cancellationToken);
        if (_hits is not null)
            await _hits.WriteAsync(cancellationToken);
    }

    /// <summary>Writes what is queued, for a few seconds at most, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(_options.FlushTimeout, _time);
        try
        {
            await FlushAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // A tier that hangs. Its entries are only copies.
        }

        if (_writes is not null)
            await _writes.DisposeAsync();
        Dispose();
    }

    /// <summary>Ends at once: what is queued is not written.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _meter.Dispose();
        _writes?.Stop();
        _hits?.Dispose();
        foreach (var tier in _below)
            tier.Dispose();
        Memory.Dispose();
    }
}

/// <summary>How much is kept, and how.</summary>
internal sealed record TieredCacheOptions
{
    public MemoryTierOptions Memory { get; init; } = new();

    /// <summary>What the elements of kept vectors are. float16 rounds what is computed, so that an answer does not depend on where it comes from.</summary>
    public StoredElement Element { get; init; } = StoredElement.Float32;

    public CircuitOptions Circuit { get; init; } = new();

    /// <summary>The most bytes that wait to be written below memory.</summary>
    public long QueueBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>How often the database learns how often entries were found.</summary>
    public TimeSpan HitReportInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end waits for what is queued.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
