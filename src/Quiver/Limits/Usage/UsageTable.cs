using System.Data;
using Dapper;
using Quiver.Storage;

namespace Quiver.Limits.Usage;

/// <summary>The table usage_days: one row per tenant, key, model and day.</summary>
internal sealed class UsageTable(Database database)
{
    private const string Columns = "requests, memory_hits, redis_hits, database_hits, misses, hit_tokens, miss_tokens, compute_us";

    private static readonly string Add = string.Join(", ", Columns.Split(", ").Select(column => $"{column} = usage_days.{column} + excluded.{column}"));

    private static readonly string Upsert =
        $"""
        INSERT INTO usage_days (tenant, key_id, model, day, {Columns})
        VALUES (@Tenant, @KeyId, @Model, @Day, @Requests, @MemoryHits, @RedisHits, @DatabaseHits, @Misses, @HitTokens, @MissTokens, @ComputeMicroseconds)
        ON CONFLICT (tenant, key_id, model, day) DO UPDATE SET {Add}
        """;

    /// <summary>Adds the sums, unless the batch was written before.</summary>
    public Task WriteAsync(UsageBatch batch, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            var connection = transaction.Connection!;
            var now = batch.MadeAt.ToUnixTimeMilliseconds();
            await connection.ExecuteAsync("DELETE FROM usage_batches WHERE made_at < @before", new { before = now - (long)TimeSpan.FromDays(7).TotalMilliseconds }, transaction);
            if (await connection.ExecuteAsync("INSERT INTO usage_batches (id, made_at) VALUES (@Id, @now) ON CONFLICT DO NOTHING", new { batch.Id, now }, transaction) == 0)
                return 0;
            // In one order everywhere, so that two processes wait for each other's rows instead of blocking each other.
            var rows = batch.Sums.OrderBy(sum => sum.Key.Tenant, StringComparer.Ordinal).ThenBy(sum => sum.Key.Key, StringComparer.Ordinal)
                .ThenBy(sum => sum.Key.Model, StringComparer.Ordinal).ThenBy(sum => sum.Key.Day).Select(sum => new Row(sum.Key, sum.Value));
            return await connection.ExecuteAsync(Upsert, rows, transaction);
        },
        IsolationLevel.ReadCommitted,
        cancellationToken);

    public Task<bool> IsWrittenAsync(UsageBatch batch, CancellationToken cancellationToken) => database.ReadAsync(
        async connection => await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM usage_batches WHERE id = @Id", new { batch.Id }) > 0, cancellationToken);

    public async Task<Dictionary<UsageKey, UsageAmounts>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        var conditions = "day BETWEEN @from AND @to"
            + (query.Tenant is null ? "" : " AND tenant = @Tenant") + (query.Key is null ? "" : " AND key_id = @Key") + (query.Model is null ? "" : " AND model = @Model");
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(
                $"""
                SELECT tenant, key_id AS KeyId, model, day, requests, memory_hits AS MemoryHits, redis_hits AS RedisHits, database_hits AS DatabaseHits,
                    misses, hit_tokens AS HitTokens, miss_tokens AS MissTokens, compute_us AS ComputeMicroseconds
                FROM usage_days WHERE {conditions} LIMIT @MaxRows
                """,
                new { from = Milliseconds(query.From), to = Milliseconds(query.To), query.Tenant, query.Key, query.Model, query.MaxRows }),
            cancellationToken);
        return rows.ToDictionary(row => row.Key, row => row.Amounts);
    }

    private static long Milliseconds(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private sealed class Row
    {
        public Row()
        {
        }

        public Row(in UsageKey key, in UsageAmounts amounts)
        {
            (Tenant, KeyId, Model, Day) = (key.Tenant, key.Key, key.Model, Milliseconds(key.Day));
            (Requests, MemoryHits, RedisHits, DatabaseHits, Misses) = (amounts.Requests, amounts.MemoryHits, amounts.RedisHits, amounts.DatabaseHits, amounts.Misses);
            (HitTokens, MissTokens, ComputeMicroseconds) = (amounts.HitTokens, amounts.MissTokens, amounts.ComputeMicroseconds);
        }

        public string Tenant { get; set; } = "";

        public string KeyId { get; set; } = "";

        public string Model { get; set; } = "";

        /// <summary>Milliseconds since 1970 at its start.</summary>
        public long Day { get; set; }

        public long Requests { get; set; }

        public long MemoryHits { get; set; }

        public long RedisHits { get; set; }

        public long DatabaseHits { get; set; }

        public long Misses { get; set; }

        public long HitTokens { get; set; }

        public long MissTokens { get; set; }

        public long ComputeMicroseconds { get; set; }

        public UsageKey Key => new(Tenant, KeyId, Model, DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeMilliseconds(Day).UtcDateTime));

        public UsageAmounts Amounts => new()
        {
            Requests = Requests,
            MemoryHits = MemoryHits,
            RedisHits = RedisHits,
            DatabaseHits = DatabaseHits,
            Misses = Misses,
            HitTokens = HitTokens,
            MissTokens = MissTokens,
            ComputeMicroseconds = ComputeMicroseconds,
        };
    }
}
