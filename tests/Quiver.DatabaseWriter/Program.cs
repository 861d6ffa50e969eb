using Dapper;
using Quiver.Diagnostics;
using Quiver.Storage;

// Arguments: the address of a database and how many write at once. Each transaction keeps an id in two tables and counts it; once it
// has returned, its id is printed. Ends when it is killed.
await using var database = Database.At(DatabaseAddress.Parse(args[0]));
await database.MigrateAsync(
    transaction => transaction.Connection!.ExecuteAsync(
        """
        CREATE TABLE IF NOT EXISTS ledger (id TEXT PRIMARY KEY);
        CREATE TABLE IF NOT EXISTS copies (id TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, amount BIGINT NOT NULL);
        """,
        transaction: transaction),
    CancellationToken.None);

await Task.WhenAll(Enumerable.Range(0, int.Parse(args[1], provider: null)).Select(_ => Task.Run(WriteAsync)));

async Task WriteAsync()
{
    while (true)
    {
        var id = Guid.NewGuid().ToString();
        try
        {
            await database.WriteAsync(
                async transaction =>
                {
                    var connection = transaction.Connection!;
                    await connection.ExecuteAsync("INSERT INTO ledger (id) VALUES (@id)", new { id }, transaction);
                    await connection.ExecuteAsync("INSERT INTO copies (id) VALUES (@id)", new { id }, transaction);
                    return await connection.ExecuteAsync(
                        "INSERT INTO counters (name, amount) VALUES ('all', 1) ON CONFLICT (name) DO UPDATE SET amount = counters.amount + 1", transaction: transaction);
                },
                CancellationToken.None);
        }
        catch (QuiverException error) when (error.Kind == ErrorKind.Unavailable)
        {
            // Not acknowledged. It goes on when the database is back.
            await Task.Delay(10);
            continue;
        }

        await Console.Out.WriteLineAsync(id);
    }
}
