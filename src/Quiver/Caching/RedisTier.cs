using Quiver.Diagnostics;
using Quiver.Storage;
using StackExchange.Redis;

namespace Quiver.Caching;

/// <summary>Vectors in a Redis that several processes share: one MGET for a request, writes in one pipeline. Redis forgets by age and by its own limit.</summary>
/// <remarks>
/// Thread-safe. Keys are "quiver:v1:tenant:model:identity:key", digests all of them. It fails while Redis is away: <see cref="CircuitTier"/> goes around it.
/// </remarks>
internal sealed class RedisTier(RedisServer server, RedisTierOptions options) : ICacheTier
{
    private const string Prefix = "quiver:v1:";

    /// <summary>Keys that one SCAN looks at, and one UNLINK drops.</summary>
    private const int ScanPage = 1000;

    private static readonly KeyValuePair<string, object?> Tag = new("tier", "redis");

    public string Name => "redis";

    public async ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        if (keys.IsEmpty)
            return;
        var names = new RedisKey[keys.Length];
        for (var i = 0; i < names.Length; i++)
            names[i] = NameOf(keys.Span[i]);
        var values = await (await server.DatabaseAsync(cancellationToken)).StringGetAsync(names);
        Read(keys.Span, values, entries.Span);
    }

    public async ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken)
    {
        if (additions.Count == 0)
            return;
        var database = await server.DatabaseAsync(cancellationToken);
        var written = new Task<bool>[additions.Count];
        for (var i = 0; i < written.Length; i++)
        {
            var entry = additions[i].Entry;
            written[i] = database.StringSetAsync(NameOf(new LineKey(entry.Line, entry.Key)), CacheEntryFormat.Write(entry, options.Element), options.TimeToLive);
        }

        await Task.WhenAll(written);
    }

    /// <summary>Walks through all keys of the database with SCAN, which never holds Redis up for long.</summary>
    public async ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        var tenant = filter.SharedOnly ? CacheLine.TenantTag(null) : filter.Tenant is { } one ? CacheLine.TenantTag(one) : "*";
        var pattern = $"{Prefix}{tenant}:{(filter.Model is { } model ? CacheLine.ModelTag(model) : "*")}:*";
        var database = await server.DatabaseAsync(cancellationToken);
        var cleared = 0L;
        var cursor = "0";
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var page = (RedisResult[])await database.ExecuteAsync("SCAN", cursor, "MATCH", pattern, "COUNT", ScanPage);
            cursor = (string)page[0];
            var names = (RedisKey[])page[1];
            if (filter.Before is { } before)
                names = await ComputedBeforeAsync(database, names, before.ToUnixTimeMilliseconds());
            if (names.Length > 0)
                cleared += (long)await database.ExecuteAsync("UNLINK", Array.ConvertAll(names, name => (object)name));
        }
        while (cursor != "0");
        return cleared;
    }

    /// <summary>Those of a page that are older, and those that are no entries.</summary>
    private static async Task<RedisKey[]> ComputedBeforeAsync(IDatabase database, RedisKey[] names, long before)
    {
        var heads = await Task.WhenAll(names.Select(name => database.StringGetRangeAsync(name, 0, CacheEntryFormat.HeadBytes - 1)));
        return [.. names.Where((_, i) => CacheEntryFormat.CreatedAt((byte[]?)heads[i]) < before)];
    }

    private static RedisKey NameOf(LineKey key)
    {
        Span<byte> digest = stackalloc byte[CacheKey.Bytes];
        key.Key.CopyTo(digest);
        return $"{Prefix}{key.Line.Tag}:{System.Buffers.Text.Base64Url.EncodeToString(digest)}";
    }

    private static void Read(ReadOnlySpan<LineKey> keys, RedisValue[] values, Span<CacheEntry?> entries)
    {
        if (values.Length != keys.Length)
            throw new InvalidDataException($"Redis gave {values.Length} values for {keys.Length} keys.");
        for (var i = 0; i < values.Length; i++)
        {
            entries[i] = null;
            if (values[i].IsNull)
                continue;
            if (!CacheEntryFormat.TryRead(keys[i], (byte[])values[i]!, out entries[i]))
                QuiverMeter.CacheInvalid.Add(1, Tag);
        }
    }
}

/// <summary>How vectors are kept in Redis.</summary>
internal sealed record RedisTierOptions
{
    /// <summary>How long a vector is kept after it was last written.</summary>
    public TimeSpan TimeToLive { get; init; } = TimeSpan.FromDays(7);

    public StoredElement Element { get; init; } = StoredElement.Float32;
}
