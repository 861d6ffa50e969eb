using Dapper;
using Quiver.Server.Tests.Support;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class BackupCommandTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each transaction moves from one row to another: a copy of any one instant has the same sum.</summary>
    [Fact]
    public async Task A_copy_made_under_writes_is_the_state_of_one_instant_and_can_be_restored_as_documented()
    {
        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        using var folder = new TemporaryFolder();
        await WriteAsync(test.Database, "CREATE TABLE sums (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL)");
        await WriteAsync(test.Database, "INSERT INTO sums (id, amount) VALUES (1, 1000), (2, 0)");
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                    await WriteAsync(test.Database, "UPDATE sums SET amount = amount - 1 WHERE id = 1; UPDATE sums SET amount = amount + 1 WHERE id = 2");
            },
            Cancellation);
        var copies = new[] { folder.File("one.db"), folder.File("two.db"), folder.File("three.db") };
        foreach (var copy in copies)
        {
            var run = await QuiverRun.Async("backup", copy, "--database", test.Url);
            Assert.True(run.ExitCode == 0, run.Error);
        }

        await stop.CancelAsync();
        await writing;
        var moved = new List<long>();
        foreach (var copy in copies)
        {
            await using var database = Database.At(new SqliteAddress(copy));
            Assert.Equal(1000, await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT sum(amount) FROM sums"), Cancellation));
            moved.Add(await MovedAsync(database));
        }

        Assert.Equal(moved.Order(), moved);
        Assert.True(moved[^1] > 0, "Nothing was written meanwhile.");

        // As docs/databases.md has it.
        var file = ((SqliteAddress)DatabaseAddress.Parse(test.Url)).File;
        await test.Database.DisposeAsync();
        foreach (var old in new[] { file, file + "-wal", file + "-shm" })
            File.Delete(old);
        File.Copy(copies[0], file);
        Assert.Equal(moved[0], await MovedAsync(test.OpenAnother()));
        await using var server = await ServerProgram.StartAsync("--database", test.Url);
    }

    /// <summary>The commands of docs/databases.md.</summary>
    [Fact]
    public async Task A_dump_of_PostgreSQL_can_be_restored_and_served()
    {
        await using var test = await TestDatabase.CreateAsync(SqlEngine.PostgreSql);
        await WriteAsync(test.Database, "CREATE TABLE sums (id BIGINT PRIMARY KEY, amount BIGINT NOT NULL)");
        await WriteAsync(test.Database, "INSERT INTO sums (id, amount) VALUES (1, 1), (2, 42)");
        var server = await TestPostgreSql.SharedAsync();
        var dump = await server.RunClientAsync("pg_dump", [], $"--schema={test.Schema}", "--format=custom");
        await WriteAsync(test.Database, $"DROP SCHEMA {test.Schema} CASCADE");
        await server.RunClientAsync("pg_restore", dump);

        Assert.Equal(42, await MovedAsync(test.Database));
        await using var program = await ServerProgram.StartAsync("--database", test.Url);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_when_that_is_asked_for()
    {
        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        using var folder = new TemporaryFolder();
        var copy = folder.Write("copy.db", "precious");

        var refused = await QuiverRun.Async("backup", copy, "--database", test.Url);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(copy, Cancellation));

        Assert.Equal(0, (await QuiverRun.Async("backup", copy, "--database", test.Url, "--force")).ExitCode);
        Assert.Equal(copy, Assert.Single(Directory.GetFiles(folder.Path)));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
    }

    [Fact]
    public async Task A_damaged_database_gives_no_copy()
    {
        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        using var folder = new TemporaryFolder();
        await WriteAsync(test.Database, "CREATE TABLE rows (id BIGINT PRIMARY KEY, body TEXT)");
        await WriteAsync(test.Database, "INSERT INTO rows WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, hex(randomblob(50)) FROM n");
        await test.Database.DisposeAsync();
        var file = ((SqliteAddress)DatabaseAddress.Parse(test.Url)).File;
        await using (var stream = new FileStream(file, FileMode.Open))
        {
            stream.Position = stream.Length / 2;
            await stream.WriteAsync(new byte[20000], Cancellation);
        }

        var run = await QuiverRun.Async("backup", folder.File("copy.db"), "--database", test.Url);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Where_there_is_nothing_to_copy_it_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var missing = await QuiverRun.Async("backup", folder.File("copy.db"), "--data-dir", folder.File("data"));
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("There is no database", missing.Error, StringComparison.Ordinal);
        var postgreSql = await QuiverRun.Async("backup", folder.File("copy.db"), "--database", "postgresql://h/d?schema=mine");
        Assert.Equal(1, postgreSql.ExitCode);
        Assert.Contains("pg_dump --schema=mine", postgreSql.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static Task<long> MovedAsync(Database database) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT amount FROM sums WHERE id = 2"), Cancellation);

    private static Task<int> WriteAsync(Database database, string sql) =>
        database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(sql, transaction: transaction), Cancellation);
}
