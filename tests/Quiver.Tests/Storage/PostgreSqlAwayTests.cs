using System.Diagnostics;
using Dapper;
using Quiver.Diagnostics;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Storage;

/// <summary>A server that stops, hangs and comes back, with connections to it in the pool.</summary>
public sealed class PostgreSqlAwayTests
{
    private const int Connections = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_stops_is_unavailable_at_once_and_the_first_call_after_it_is_back_works()
    {
        await using var server = await TestPostgreSql.StartAsync();
        await using var database = await OpenAsync(server);
        await FillPoolAsync(database);

        await server.Server.KillAsync();
        await IsUnavailableAsync(() => ReadAsync(database));
        await IsUnavailableAsync(() => WriteAsync(database));

        await server.Server.StartAgainAsync();
        var before = await ReadAsync(database);
        await WriteAsync(database);
        Assert.Equal(before + 1, await ReadAsync(database));
    }

    /// <summary>Every connection of the pool is dead, and nobody noticed: no caller may.</summary>
    [Fact]
    public async Task A_restart_between_two_calls_is_not_noticed()
    {
        await using var server = await TestPostgreSql.StartAsync();
        await using var database = await OpenAsync(server);
        await FillPoolAsync(database);
        await server.Server.KillAsync();
        await server.Server.StartAgainAsync();
        await WriteAsync(database);

        await FillPoolAsync(database);
        await server.Server.KillAsync();
        await server.Server.StartAgainAsync();
        Assert.Equal(1, await ReadAsync(database));
    }

    [Fact]
    public async Task A_server_that_hangs_is_unavailable_and_what_was_given_up_does_not_happen_later()
    {
        await using var server = await TestPostgreSql.StartAsync();
        await using var database = await OpenAsync(server);
        await FillPoolAsync(database);

        await server.Server.PauseAsync();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(IsUnavailableAsync(() => ReadAsync(database)), IsUnavailableAsync(() => WriteAsync(database)), IsUnavailableAsync(() => WriteAsync(database)));
        // A bound against waiting for the command's own limit of 10 seconds; what it takes on an idle machine is 0.9.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await server.Server.ResumeAsync();

        await WriteAsync(database);
        Assert.Equal(1, await ReadAsync(database));
    }

    private static async Task<Database> OpenAsync(TestPostgreSql server)
    {
        var database = Database.At(DatabaseAddress.Parse(server.Url("quiver")));
        var table = new Migration(1, "counter", "CREATE TABLE counter (amount BIGINT NOT NULL); INSERT INTO counter VALUES (0);", "DROP TABLE counter;");
        await new Migrator(database, new MigrationSet("test", [table]), TimeProvider.System).UpAsync(to: null, Cancellation);
        return database;
    }

    private static async Task FillPoolAsync(Database database)
    {
        var all = new Barrier();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => database.ReadAsync(
            async connection =>
            {
                await all.WaitAsync();
                return await connection.ExecuteScalarAsync<int>("SELECT 1");
            },
            Cancellation)));
    }

    private static async Task IsUnavailableAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<QuiverException>(call);
        Assert.Equal((ErrorKind.Unavailable, TimeSpan.FromSeconds(1)), (error.Kind, error.RetryAfter));
        Assert.DoesNotContain("127.0.0.1", error.Message, StringComparison.Ordinal);
    }

    private static Task<long> ReadAsync(Database database) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT amount FROM counter"), Cancellation);

    private static Task<int> WriteAsync(Database database) =>
        database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE counter SET amount = amount + 1", transaction: transaction), Cancellation);

    /// <summary>Lets go when all are there, so that each has a connection of its own.</summary>
    private sealed class Barrier
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = Connections;

        public Task WaitAsync()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
                _all.SetResult();
            return _all.Task;
        }
    }
}
