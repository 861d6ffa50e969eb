using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Caching;

/// <summary>
/// Vectors in a database: they outlive the process. Bounded by bytes in all and per tenant; where there is no room, what was not asked for
/// longest goes first, of the tenant that has the most.
/// </summary>
/// <remarks>Thread-safe. It fails while the database is away: <see cref="CircuitTier"/> goes around it. Its tables are those of MigrationSet.Cache.</remarks>
internal sealed class DatabaseTier(Database database, DatabaseTierOptions options, TimeProvider time) : ICacheTier, IHitKeeper
{
    /// <summary>What a row takes beside its vector and text, in the table and its indexes.</summary>
    private const int RowBytes = 180;

    /// <summary>Keys that wait to be deleted because their rows are too old or not whole.</summary>
    private const int MostSpoilt = 10_000;

    /// <summary>How many of them one write deletes.</summary>
    internal const int SpoiltPerWrite = 256;

    private static readonly KeyValuePair<string, object?> Tag = new("tier", "database");

    private static readonly EntryRows Insert = new(
        """
        INSERT INTO cache_entries (key, line_id, bytes, created_at, last_hit_at, value)
        VALUES (@a, @b, @c, @d, @e, @f) ON CONFLICT (key) DO NOTHING
        """);

    private static readonly EntryRows SetText = new("UPDATE cache_entries SET text = @b, bytes = bytes + @c WHERE key = @a AND text IS NULL");

    private static readonly EntryRows AddHits = new(
        """
        UPDATE cache_entries SET hit_count = hit_count + @b, last_hit_at = CASE WHEN last_hit_at < @c THEN @c ELSE last_hit_at END WHERE key = @a
        """);

    private readonly ConcurrentDictionary<CacheLine, long> _lineIds = new();
    private readonly HashSet<CacheKey> _spoilt = [];

    public string Name => "database";

    public async ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        entries.Span.Clear();
        if (keys.IsEmpty)
            return;
        await database.ReadAsync(
            async connection =>
            {
                if (database.Engine == SqlEngine.Sqlite)
                    FindEach(connection, keys.Span, entries.Span);
                else
                    await FindAllAsync(connection, keys, entries, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    public async ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken)
    {
        if (additions.Count == 0)
            return;
        var spoilt = TakeSpoilt(additions);
        // In one order everywhere, so that two processes that write the same keys do not wait for each other in a circle.
        var ordered = additions.Select(addition => (Key: addition.Entry.Key.ToArray(), addition.Entry, Text: Kept(addition.Text)))
            .OrderBy(addition => addition.Key, ByteOrder.Instance).ToList();
        var lineIds = new Dictionary<CacheLine, long>();
        await database.WriteAsync(
            async transaction =>
            {
                var growth = new LineGrowth();
                await CacheRows.RemoveAsync(transaction, spoilt, growth);
                foreach (var line in ordered.Select(addition => addition.Entry.Line).Distinct())
                    lineIds[line] = _lineIds.TryGetValue(line, out var known) ? known : await CacheRows.LineIdAsync(transaction, line);

                var now = time.GetUtcNow().ToUnixTimeMilliseconds();
                var rows = new List<object?[]>(ordered.Count);
                foreach (var (key, entry, _) in ordered)
                {
                    var value = CacheEntryFormat.Write(entry, options.Element);
                    rows.Add([key, lineIds[entry.Line], (long)value.Length + RowBytes, entry.CreatedAt, now, value]);
                }

                var inserted = await Insert.RunAsync(transaction, rows, cancellationToken);
                for (var i = 0; i < rows.Count; i++)
                    growth.Add((long)rows[i][1]!, inserted[i], inserted[i] * (long)rows[i][2]!);

                var texts = Enumerable.Range(0, rows.Count).Where(i => ordered[i].Text is not null).ToList();
                var set = await SetText.RunAsync(transaction, [.. texts.Select(i => new object?[] { ordered[i].Key, ordered[i].Text, BytesOf(ordered[i].Text!) })], cancellationToken);
                for (var i = 0; i < texts.Count; i++)
                    growth.Add((long)rows[texts[i]][1]!, 0, set[i] * BytesOf(ordered[texts[i]].Text!));

                await growth.WriteAsync(transaction, cancellationToken);
                await RowEviction.MakeRoomAsync(transaction, options);
                return true;
            },
            IsolationLevel.ReadCommitted,
            cancellationToken);
        // Only now are they sure to be there, and lines are never deleted.
        foreach (var (line, id) in lineIds)
            _lineIds[line] = id;
    }

    public async ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        var cleared = 0L;
        for (var last = -1L; last != 0; cleared += last)
            last = await database.WriteAsync(transaction => CacheRows.ClearSomeAsync(transaction, filter), IsolationLevel.ReadCommitted, cancellationToken);
        return cleared;
    }

    public async ValueTask CountHitsAsync(IReadOnlyList<EntryHits> hits, CancellationToken cancellationToken)
    {
        if (hits.Count == 0)
            return;
        var rows = hits.Select(hit => new object?[] { hit.Key.ToArray(), hit.Count, hit.LastAt }).OrderBy(row => (byte[])row[0]!, ByteOrder.Instance).ToList();
        foreach (var page in rows.Chunk(1000))
            await database.WriteAsync(transaction => AddHits.RunAsync(transaction, page, cancellationToken), IsolationLevel.ReadCommitted, cancellationToken);
    }

    /// <summary>Every line that holds anything.</summary>
    public Task<IReadOnlyList<LineRow>> LinesAsync(CancellationToken cancellationToken) => database.ReadAsync(connection => CacheRows.LinesAsync(connection), cancellationToken);

    /// <inheritdoc cref="EntryScan.OfAsync"/>
    public IAsyncEnumerable<StoredEntry> ScanAsync(LineRow line, CancellationToken cancellationToken) => EntryScan.OfAsync(database, line, cancellationToken);

    /// <summary>The text as it is kept: one with a NUL is not, since PostgreSQL would refuse it and all that is written with it.</summary>
    private static string? Kept(string? text) => text?.Contains('\0') == true ? null : text;

    private static long BytesOf(string text) => System.Text.Encoding.UTF8.GetByteCount(text);

    private static DbParameter Parameter(DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
        return parameter;
    }

    private void FindEach(DbConnection connection, ReadOnlySpan<LineKey> keys, Span<CacheEntry?> entries)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM cache_entries WHERE key = @key";
        var parameter = Parameter(command, "@key", null);
        for (var i = 0; i < keys.Length; i++)
        {
            parameter.Value = keys[i].Key.ToArray();
            if (command.ExecuteScalar() is byte[] value)
                entries[i] = Read(keys[i], value);
        }
    }

    private async Task FindAllAsync(DbConnection connection, ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<CacheKey, List<int>>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
        {
            if (!wanted.TryGetValue(keys.Span[i].Key, out var places))
                wanted.Add(keys.Span[i].Key, places = []);
            places.Add(i);
        }

        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT key, value FROM cache_entries WHERE key = ANY(@keys)";
        Parameter(command, "@keys", wanted.Keys.Select(key => key.ToArray()).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var value = reader.GetFieldValue<byte[]>(1);
            foreach (var place in wanted[CacheKey.Of(reader.GetFieldValue<byte[]>(0))])
                entries.Span[place] = Read(keys.Span[place], value);
        }
    }

    /// <summary>The entry, unless it is too old or not whole: then its row is deleted before the next is written, so that it can be written anew.</summary>
    private CacheEntry? Read(LineKey key, byte[] value)
    {
        var isWhole = CacheEntryFormat.TryRead(key, value, out var entry);
        if (isWhole && entry!.CreatedAt >= OldestToKeep())
            return entry;
        if (!isWhole)
            QuiverMeter.CacheInvalid.Add(1, Tag);
        lock (_spoilt)
        {
            if (_spoilt.Count < MostSpoilt)
                _spoilt.Add(key.Key);
        }

        return null;
    }

    /// <summary>Keys whose rows a write deletes: first those that it writes anew.</summary>
    private List<CacheKey> TakeSpoilt(IReadOnlyList<CacheAddition> additions)
    {
        lock (_spoilt)
        {
            var keys = additions.Select(addition => addition.Entry.Key).Where(_spoilt.Contains).Concat(_spoilt).Distinct().Take(SpoiltPerWrite).ToList();
            _spoilt.ExceptWith(keys);
            return keys;
        }
    }

    private long OldestToKeep() => options.TimeToLive is { } life ? (time.GetUtcNow() - life).ToUnixTimeMilliseconds() : long.MinValue;
}
