using System.Data.Common;
using Dapper;

namespace Quiver.Storage.Migrations;

/// <summary>Brings the tables of one group in one database to a version, all steps in one transaction: a step that fails leaves everything as it was.</summary>
/// <remarks>Thread-safe. Of several programs that start at once, one does the work and the others find it done.</remarks>
internal sealed class Migrator(Database database, MigrationSet set, TimeProvider time)
{
    private const string Table =
        """
        CREATE TABLE IF NOT EXISTS migrations (
            part TEXT NOT NULL,
            number INTEGER NOT NULL,
            name TEXT NOT NULL,
            checksum TEXT NOT NULL,
            applied_at BIGINT NOT NULL,
            PRIMARY KEY (part, number)
        )
        """;

    public MigrationSet Set => set;

    /// <returns>What was applied, in order; none where the tables are as they should be.</returns>
    /// <param name="to">The last to apply; null for all.</param>
    /// <exception cref="MigrationException">The database was made by a newer program, or by another text of a migration.</exception>
    public Task<IReadOnlyList<Migration>> UpAsync(int? to, CancellationToken cancellationToken) =>
        database.MigrateAsync<IReadOnlyList<Migration>>(
            async transaction =>
            {
                var connection = transaction.Connection!;
                await connection.ExecuteAsync(Table, transaction: transaction);
                var applied = await ReadAppliedAsync(connection, transaction);
                var steps = set.All.Skip(applied.Count).TakeWhile(migration => migration.Number <= (to ?? set.Newest)).ToList();
                foreach (var step in steps)
                {
                    await connection.ExecuteAsync(step.UpFor(database.Engine), transaction: transaction);
                    await connection.ExecuteAsync(
                        "INSERT INTO migrations (part, number, name, checksum, applied_at) VALUES (@Part, @Number, @Name, @Checksum, @Now)",
                        new { Part = set.Name, step.Number, step.Name, step.Checksum, Now = time.GetUtcNow().ToUnixTimeMilliseconds() },
                        transaction);
                }

                return steps;
            },
            cancellationToken);

    /// <returns>What was undone, the newest first.</returns>
    /// <param name="to">The number that stays the last applied; 0 undoes all.</param>
    /// <inheritdoc cref="UpAsync"/>
    public Task<IReadOnlyList<Migration>> DownAsync(int to, CancellationToken cancellationToken) =>
        database.MigrateAsync<IReadOnlyList<Migration>>(
            async transaction =>
            {
                var connection = transaction.Connection!;
                await connection.ExecuteAsync(Table, transaction: transaction);
                var applied = await ReadAppliedAsync(connection, transaction);
                var steps = set.All.Take(applied.Count).Skip(to).Reverse().ToList();
                foreach (var step in steps)
                {
                    await connection.ExecuteAsync(step.DownFor(database.Engine), transaction: transaction);
                    await connection.ExecuteAsync("DELETE FROM migrations WHERE part = @Part AND number = @Number", new { Part = set.Name, step.Number }, transaction);
                }

                return steps;
            },
            cancellationToken);

    /// <summary>Every migration this program knows. Only reads.</summary>
    /// <exception cref="MigrationException">As <see cref="UpAsync"/>.</exception>
    public Task<IReadOnlyList<MigrationState>> StatusAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<MigrationState>>(
            async connection =>
            {
                var applied = await IsThereATableAsync(connection) ? await ReadAppliedAsync(connection, null) : [];
                return [.. set.All.Select((migration, i) => new MigrationState(migration, i < applied.Count ? applied[i].At : null))];
            },
            cancellationToken);

    private async Task<bool> IsThereATableAsync(DbConnection connection) => await connection.ExecuteScalarAsync<long>(
        database.Engine == SqlEngine.Sqlite
            ? "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'"
            : "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'") > 0;

    private async Task<List<Applied>> ReadAppliedAsync(DbConnection connection, DbTransaction? transaction)
    {
        var rows = (await connection.QueryAsync<Applied>(
            "SELECT number, name, checksum, applied_at AS AppliedAt FROM migrations WHERE part = @Name ORDER BY number", new { set.Name }, transaction)).AsList();
        for (var i = 0; i < rows.Count; i++)
        {
            if (i >= set.Newest)
                throw new MigrationException($"The database holds migration {rows[^1].Number:D4} ({rows[^1].Name}) of a newer Quiver; this one knows {set.Newest:D4} as its last. Start the newer one, or let it run `quiver migrate down --to {set.Newest}{(set.Name == "cache" ? " --cache" : "")}`.");
            if (rows[i].Number != i + 1 || rows[i].Checksum != set.All[i].Checksum)
                throw new MigrationException($"The database holds a migration {rows[i].Number:D4} ({rows[i].Name}) that is not the one of this program ({set.All[i]}). Use the program that made it, or a database of its own.");
        }

        return rows;
    }

    private sealed class Applied
    {
        public int Number { get; set; }

        public string Name { get; set; } = "";

        public string Checksum { get; set; } = "";

        public long AppliedAt { get; set; }

        public DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(AppliedAt);
    }
}
