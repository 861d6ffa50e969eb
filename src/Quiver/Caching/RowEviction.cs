using System.Data.Common;
using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>Keeps the database tier within its bytes. Where all together hold too much, those with the most give way, down to one level: who holds less loses nothing.</summary>
internal static class RowEviction
{
    /// <summary>How much is freed beyond what is needed, in parts of what there may be: looking for the oldest rows is not done for each new one.</summary>
    private const int FreedPart = 20;

    private static readonly KeyValuePair<string, object?> Tag = new("tier", "database");

    /// <summary>Evicts one page of rows of each tenant that holds too much. Within the caller's transaction.</summary>
    public static async Task MakeRoomAsync(DbTransaction transaction, DatabaseTierOptions options)
    {
        var tenants = (await CacheRows.LinesAsync(transaction.Connection!, transaction)).GroupBy(row => (row.Tenant, IsShared: row.Tenant is null)).Select(rows => new Holding([.. rows])).ToList();
        var limit = Math.Min(options.TenantMaxBytes ?? long.MaxValue, options.MaxBytes);
        if (tenants.Sum(tenant => tenant.Bytes) > options.MaxBytes)
            limit = Math.Min(limit, Level([.. tenants.Select(tenant => tenant.Bytes).Order()], options.MaxBytes - (options.MaxBytes / FreedPart)));
        foreach (var tenant in tenants.Where(tenant => tenant.Bytes > limit))
        {
            var excess = tenant.Bytes - limit + (limit / FreedPart);
            var rows = Math.Max(1, excess * tenant.Entries / tenant.Bytes);
            await CacheRows.EvictAsync(transaction, tenant.Lines.Select(line => line.Id), rows);
            QuiverMeter.CacheEvictions.Add(Math.Min(rows, CacheRows.Page), Tag);
        }
    }

    /// <summary>The most that each may hold so that all together hold no more than a sum.</summary>
    /// <param name="sizes">Ascending.</param>
    internal static long Level(IReadOnlyList<long> sizes, long sum)
    {
        for (var i = 0; i < sizes.Count; i++)
        {
            var fair = sum / (sizes.Count - i);
            if (sizes[i] > fair)
                return fair;
            sum -= sizes[i];
        }

        return long.MaxValue;
    }

    private sealed record Holding(IReadOnlyList<LineRow> Lines)
    {
        public long Bytes { get; } = Lines.Sum(line => line.Bytes);

        public long Entries { get; } = Lines.Sum(line => line.Entries);
    }
}
