using System.Data.Common;
using Dapper;
using Quiver.Storage;

namespace Quiver.Limits;

/// <summary>The table rate_counters: one row per counter, its state as text.</summary>
internal sealed class CounterTable(SqlEngine engine)
{
    private const string Upsert = "ON CONFLICT (id) DO UPDATE SET state = excluded.state, ends_at = excluded.ends_at";

    /// <summary>Dapper writes a list into the text for SQLite; PostgreSQL takes it as one value.</summary>
    private string AmongNames => engine == SqlEngine.Sqlite ? "id IN @names" : "id = ANY(@names)";

    public async Task<Dictionary<string, string>> ReadAsync(DbConnection connection, string[] names) =>
        ByName(await connection.QueryAsync<Row>($"SELECT id, state FROM rate_counters WHERE {AmongNames}", new { names }));

    /// <summary>Reads rows that nobody else changes until the transaction ends.</summary>
    /// <param name="names">Distinct and in order.</param>
    public async Task<Dictionary<string, string>> LockAsync(DbTransaction transaction, string[] names)
    {
        var connection = transaction.Connection!;
        // SQLite has one writer, and that is this transaction.
        if (engine == SqlEngine.Sqlite)
            return ByName(await connection.QueryAsync<Row>("SELECT id, state FROM rate_counters WHERE id IN @names", new { names }, transaction));

        const string Lock = "SELECT id, state FROM rate_counters WHERE id = ANY(@names) ORDER BY id FOR UPDATE";
        var rows = ByName(await connection.QueryAsync<Row>(Lock, new { names }, transaction));
        if (rows.Count == names.Length)
            return rows;
        // A row that is not there cannot be locked. Another transaction may be making it too: then this one waits for it here.
        await connection.ExecuteAsync(
            "INSERT INTO rate_counters (id, state, ends_at) SELECT name, '', 0 FROM unnest(@missing) AS name ORDER BY name ON CONFLICT DO NOTHING",
            new { missing = names.Where(name => !rows.ContainsKey(name)).ToArray() },
            transaction);
        return ByName(await connection.QueryAsync<Row>(Lock, new { names }, transaction));
    }

    /// <param name="counters">Name, state, and the microsecond from which on it says nothing.</param>
    public async Task WriteAsync(DbTransaction transaction, IEnumerable<(string Name, string State, long End)> counters)
    {
        var rows = counters.ToList();
        if (rows.Count == 0)
            return;
        if (engine == SqlEngine.Sqlite)
        {
            await transaction.Connection!.ExecuteAsync(
                $"INSERT INTO rate_counters (id, state, ends_at) VALUES (@Id, @State, @EndsAt) {Upsert}",
                rows.Select(row => new { Id = row.Name, row.State, EndsAt = Milliseconds(row.End) }),
                transaction);
            return;
        }

        await transaction.Connection!.ExecuteAsync(
            $"INSERT INTO rate_counters (id, state, ends_at) SELECT * FROM unnest(@ids, @states, @ends) {Upsert}",
            new { ids = rows.Select(row => row.Name).ToArray(), states = rows.Select(row => row.State).ToArray(), ends = rows.Select(row => Milliseconds(row.End)).ToArray() },
            transaction);
    }

    /// <summary>Drops what has said nothing for a day: clocks of several machines differ by less.</summary>
    public static Task PurgeAsync(DbTransaction transaction, long now) => transaction.Connection!.ExecuteAsync(
        "DELETE FROM rate_counters WHERE ends_at < @before", new { before = Milliseconds(now) - (long)TimeSpan.FromDays(1).TotalMilliseconds }, transaction);

    private static long Milliseconds(long microseconds) => (microseconds / 1000) + 1;

    private static Dictionary<string, string> ByName(IEnumerable<Row> rows) => rows.ToDictionary(row => row.Id, row => row.State, StringComparer.Ordinal);

    private sealed class Row
    {
        public string Id { get; set; } = "";

        public string State { get; set; } = "";
    }
}
