using System.Runtime.CompilerServices;
using Dapper;
using Quiver.Storage;

namespace Quiver.Caching;

/// <summary>Reads all entries of lines of the database tier, a page at a time.</summary>
internal static class EntryScan
{
    private const int Page = 500;

    /// <summary>Those that are whole, in the order in which they were written. What is written meanwhile may be missed.</summary>
    public static async IAsyncEnumerable<StoredEntry> OfAsync(Database database, LineRow line, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (long last = 0, read = Page; read == Page;)
        {
            var rows = await database.ReadAsync(
                connection => connection.QueryAsync<EntryRow>(
                    new CommandDefinition(
                        $"SELECT id, key, text, hit_count AS HitCount, value FROM cache_entries WHERE line_id = @Id AND id > @last ORDER BY id LIMIT {Page}",
                        new { line.Id, last },
                        cancellationToken: cancellationToken)),
                cancellationToken);
            read = 0;
            foreach (var row in rows)
            {
                read++;
                last = row.Id;
                if (CacheEntryFormat.TryRead(new LineKey(line.Line, CacheKey.Of(row.Key)), row.Value, out var entry))
                    yield return new StoredEntry(entry, row.Text, row.HitCount);
            }
        }
    }

    private sealed class EntryRow
    {
        public long Id { get; set; }

        public byte[] Key { get; set; } = [];

        public string? Text { get; set; }

        public long HitCount { get; set; }

        public byte[] Value { get; set; } = [];
    }
}
