using System.Data.Common;
using Dapper;
using Quiver.Diagnostics;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Storage;

/// <summary>What every engine must do.</summary>
public sealed class DatabaseTests
{
    private static readonly MigrationSet Tables = new("test", [new Migration(
        1,
        "things",
        """
        CREATE TABLE things (id TEXT PRIMARY KEY, amount BIGINT NOT NULL, body {bytes}, fraction DOUBLE PRECISION, flag INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE steps (id {identity}, thing TEXT NOT NULL REFERENCES things (id));
        """,
        "DROP TABLE steps; DROP TABLE things;")]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task What_was_written_is_read_back_to_the_bit(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        var thing = new Thing { Id = "ünïcode ☃ 'quoted'", Amount = long.MaxValue, Body = [0, 255, 1], Fraction = 0.1, Flag = 1 };
        await WriteAsync(test.Database, "INSERT INTO things (id, amount, body, fraction, flag) VALUES (@Id, @Amount, @Body, @Fraction, @Flag)", thing);

        var read = await test.OpenAnother().ReadAsync(connection => connection.QuerySingleAsync<Thing>("SELECT * FROM things"), Cancellation);
        Assert.Equal((thing.Id, thing.Amount, thing.Fraction, thing.Flag), (read.Id, read.Amount, read.Fraction, read.Flag));
        Assert.Equal(thing.Body, read.Body);
    }

    [Theory, EveryEngine]
    public async Task One_SQL_text_upserts_and_returns_on_every_engine(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        const string Count = "INSERT INTO things (id, amount) VALUES (@id, @by) ON CONFLICT (id) DO UPDATE SET amount = things.amount + excluded.amount RETURNING amount";
        var amounts = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            amounts.Add(await test.Database.WriteAsync(
                transaction => transaction.Connection!.ExecuteScalarAsync<long>(Count, new { id = "a", by = 5 }, transaction), Cancellation));
        }

        Assert.Equal([5, 10, 15], amounts);
    }

    [Theory, EveryEngine]
    public async Task Work_that_fails_leaves_nothing(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        await Assert.ThrowsAsync<InvalidOperationException>(() => test.Database.WriteAsync<int>(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync("INSERT INTO things (id, amount) VALUES ('half', 1)", transaction: transaction);
                throw new InvalidOperationException();
            },
            Cancellation));

        Assert.Equal(0, await CountAsync(test.Database));
        await WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('whole', 1)");
        Assert.Equal(1, await CountAsync(test.Database));
    }

    /// <summary>A statement that is wrong is the program's fault, not the database's: it must not look like an outage.</summary>
    [Theory, EveryEngine]
    public async Task A_wrong_statement_and_a_broken_rule_come_as_errors_of_SQL(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        await Assert.ThrowsAnyAsync<DbException>(() => WriteAsync(test.Database, "INSERT INTO nothing_of_that_name VALUES (1)"));
        await Assert.ThrowsAnyAsync<DbException>(() => test.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT no_such_column FROM things"), Cancellation));
        await WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('once', 1)");
        await Assert.ThrowsAnyAsync<DbException>(() => WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('once', 1)"));
        await Assert.ThrowsAnyAsync<DbException>(() => WriteAsync(test.Database, "INSERT INTO steps (thing) VALUES ('not there')"));
        Assert.Equal(1, await CountAsync(test.Database));
    }

    /// <summary>Read, then write what was read plus one: right only where no other transaction comes between.</summary>
    [Theory, EveryEngine]
    public async Task Transactions_of_two_replicas_behave_as_if_one_ran_after_the_other(SqlEngine engine)
    {
        const int Writers = 8;
        const int Each = 12;
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        await WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('counter', 0)");
        Database[] replicas = [test.Database, test.OpenAnother()];

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                    await replicas[writer % 2].WriteAsync(AddOneAsync, Cancellation);
            },
            Cancellation)));

        Assert.Equal(Writers * Each, await test.Database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT amount FROM things"), Cancellation));

        static async Task<int> AddOneAsync(DbTransaction transaction)
        {
            var amount = await transaction.Connection!.ExecuteScalarAsync<long>("SELECT amount FROM things WHERE id = 'counter'", transaction: transaction);
            return await transaction.Connection!.ExecuteAsync("UPDATE things SET amount = @next WHERE id = 'counter'", new { next = amount + 1 }, transaction);
        }
    }

    [Theory, EveryEngine]
    public async Task Readers_see_finished_transactions_only_and_do_not_wait_for_a_writer(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = test.Database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync("INSERT INTO things (id, amount) VALUES ('late', 1)", transaction: transaction);
                inside.SetResult();
                await goOn.Task;
                return 0;
            },
            Cancellation);
        await inside.Task;
        var during = await CountAsync(test.Database);
        goOn.SetResult();
        await writing;
        Assert.Equal((0, 1), (during, await CountAsync(test.Database)));
    }

    [Theory, EveryEngine]
    public async Task A_cancelled_write_is_rolled_back_and_the_next_one_works(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Tables);
        using var cancelled = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => test.Database.WriteAsync(
            async transaction =>
            {
                await transaction.Connection!.ExecuteAsync("INSERT INTO things (id, amount) VALUES ('cancelled', 1)", transaction: transaction);
                await cancelled.CancelAsync();
                cancelled.Token.ThrowIfCancellationRequested();
                return 0;
            },
            cancelled.Token));
        await WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('kept', 1)");
        Assert.Equal(1, await CountAsync(test.Database));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_unavailable_and_says_nothing_of_its_place()
    {
        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite, Tables);
        var file = ((SqliteAddress)DatabaseAddress.Parse(test.Url)).File;
        var other = file + ".other";
        await File.WriteAllTextAsync(other, new string('x', 5000), Cancellation);
        await using var database = Database.At(new SqliteAddress(other));
        var error = await Assert.ThrowsAsync<QuiverException>(() => WriteAsync(database, "DELETE FROM things"));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
        Assert.DoesNotContain(Path.GetFileName(other), error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<QuiverException>(() => CountAsync(database));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task The_files_of_SQLite_are_for_their_owner_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no such modes there.");
            return;
        }

        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite, Tables);
        await WriteAsync(test.Database, "INSERT INTO things (id, amount) VALUES ('a', 1)");
        var file = ((SqliteAddress)DatabaseAddress.Parse(test.Url)).File;
        foreach (var path in Directory.GetFiles(Path.GetDirectoryName(file)!))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.True(File.Exists(file + "-wal"));
    }

    private static Task<int> WriteAsync(Database database, string sql, object? parameters = null) =>
        database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync(sql, parameters, transaction), Cancellation);

    private static Task<long> CountAsync(Database database) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT count(*) FROM things"), Cancellation);

    private sealed class Thing
    {
        public string Id { get; set; } = "";

        public long Amount { get; set; }

        public byte[]? Body { get; set; }

        public double Fraction { get; set; }

        public int Flag { get; set; }
    }
}
