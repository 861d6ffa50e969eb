using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Quiver.Caching;

/// <summary>The rows of the database tier: whose they are, and what deletes them, with the sums of cache_lines kept right.</summary>
/// <remarks>Thread-safe; each call is within the caller's transaction.</remarks>
internal static class CacheRows
{
    /// <summary>Rows that one statement deletes at most, so that other writers get their turn.</summary>
    public const int Page = 2000;

    public static Task<long> LineIdAsync(DbTransaction transaction, CacheLine line) => transaction.Connection!.ExecuteScalarAsync<long>(
        """
        INSERT INTO cache_lines (line, tenant, model, identity, width) VALUES (@Line, @Tenant, @Model, @Identity, @Width)
        ON CONFLICT (line) DO UPDATE SET model = excluded.model RETURNING id
        """,
        new { Line = CacheKey.OfLine(line.Tenant, line.Identity.Span).ToArray(), line.Tenant, line.Model, Identity = line.Identity.ToArray(), line.Width },
        transaction);

    /// <summary>Deletes rows in one statement.</summary>
    /// <param name="keys">Distinct, and so few that each may be a parameter.</param>
    /// <param name="growth">What the lines lose is added to it, for the caller to write.</param>
    public static async Task RemoveAsync(DbTransaction transaction, IReadOnlyList<CacheKey> keys, LineGrowth growth)
    {
        if (keys.Count == 0)
            return;
        var parameters = new DynamicParameters();
        for (var i = 0; i < keys.Count; i++)
            parameters.Add(NameOf(i), keys[i].ToArray());
        await DeleteAsync(transaction, $"key IN ({string.Join(',', Enumerable.Range(0, keys.Count).Select(NameOf))})", parameters, growth);

        static string NameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"@k{index}");
    }

    /// <summary>Deletes up to a page of what a filter matches.</summary>
    /// <returns>How many rows; 0 once there are none.</returns>
    public static async Task<long> ClearSomeAsync(DbTransaction transaction, CacheFilter filter)
    {
        var lines = (await LinesAsync(transaction.Connection!, transaction)).Where(line => filter.Matches(line.Line)).Select(line => line.Id).ToList();
        if (lines.Count == 0)
            return 0;
        var before = filter.Before?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        var (rows, _) = await DeleteAsync(
            transaction, $"id IN (SELECT id FROM cache_entries WHERE line_id IN ({Numbers(lines)}) AND created_at < @before LIMIT {Page})", new { before });
        return rows;
    }

    /// <summary>Deletes what was not found for longest, up to a page of rows.</summary>
    /// <param name="count">How many rows.</param>
    /// <returns>The bytes that are free now.</returns>
    public static async Task<long> EvictAsync(DbTransaction transaction, IEnumerable<long> lines, long count)
    {
        var (_, bytes) = await DeleteAsync(
            transaction,
            $"id IN (SELECT id FROM cache_entries WHERE line_id IN ({Numbers(lines)}) ORDER BY last_hit_at LIMIT {Math.Clamp(count, 1, Page).ToString(CultureInfo.InvariantCulture)})",
            null);
        return bytes;
    }

    /// <summary>The lines that hold anything, each with its sums.</summary>
    public static async Task<IReadOnlyList<LineRow>> LinesAsync(DbConnection connection, DbTransaction? transaction = null) =>
        (await connection.QueryAsync<LineRow>(
            "SELECT id, tenant, model, identity, width, entries, bytes FROM cache_lines WHERE entries > 0", transaction: transaction)).AsList();

    private static async Task<(long Rows, long Bytes)> DeleteAsync(DbTransaction transaction, string condition, object? parameters)
    {
        var growth = new LineGrowth();
        var deleted = await DeleteAsync(transaction, condition, parameters, growth);
        await growth.WriteAsync(transaction, CancellationToken.None);
        return deleted;
    }

    private static async Task<(long Rows, long Bytes)> DeleteAsync(DbTransaction transaction, string condition, object? parameters, LineGrowth growth)
    {
        var deleted = (await transaction.Connection!.QueryAsync<DeletedRow>($"DELETE FROM cache_entries WHERE {condition} RETURNING line_id AS LineId, bytes", parameters, transaction)).AsList();
        foreach (var row in deleted)
            growth.Add(row.LineId, -1, -row.Bytes);
        return (deleted.Count, deleted.Sum(row => row.Bytes));
    }

    private static string Numbers(IEnumerable<long> numbers) => string.Join(',', numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)));

    private sealed class DeletedRow
    {
        public long LineId { get; set; }

        public long Bytes { get; set; }
    }
}

/// <summary>A row of cache_lines.</summary>
internal sealed class LineRow
{
    private CacheLine? _line;

    public long Id { get; set; }

    public string? Tenant { get; set; }

    public string Model { get; set; } = "";

    public byte[] Identity { get; set; } = [];

    public int Width { get; set; }

    public long Entries { get; set; }

    public long Bytes { get; set; }

    public CacheLine Line => _line ??= new CacheLine(Tenant, Model, Identity, Width);
}
