using Quiver.Server.Tests.Support;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class MigrateCommandTests
{
    [Theory, EveryEngine]
    public async Task Up_makes_the_tables_status_shows_them_and_down_takes_them_away(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        using var folder = new TemporaryFolder();
        string[] database = ["--database", test.Url, "--data-dir", folder.File("data")];

        Assert.All(States(await RunAsync(["migrate", "status", .. database])), state => Assert.Equal("no", state));
        var up = await RunAsync(["migrate", "up", .. database]);
        Assert.Equal(MigrationSet.Truth.Newest + MigrationSet.Cache.Newest, up.OutputLines.Count(line => line.EndsWith(" applied", StringComparison.Ordinal)));
        var status = States(await RunAsync(["migrate", "status", .. database]));
        Assert.Equal(MigrationSet.Truth.Newest + MigrationSet.Cache.Newest, status.Length);
        Assert.DoesNotContain("no", status);
        Assert.Contains("truth up to date", (await RunAsync(["migrate", "up", .. database])).Output, StringComparison.Ordinal);

        await RunAsync(["migrate", "down", "--to", "0", .. database]);
        await RunAsync(["migrate", "down", "--to", "0", "--cache", .. database]);
        Assert.All(States(await RunAsync(["migrate", "status", .. database])), state => Assert.Equal("no", state));
    }

    /// <summary>Two real processes at once, as two replicas that are rolled out.</summary>
    [Theory, EveryEngine]
    public async Task Two_replicas_that_start_at_once_migrate_once(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        var starts = await Task.WhenAll(StartAsync(test.Url), StartAsync(test.Url));
        await using var first = starts[0];
        await using var second = starts[1];
        first.Terminate();
        second.Terminate();
        var logs = new[] { await first.EndAsync(), await second.EndAsync() };

        Assert.All(logs, end => Assert.Equal(0, end.ExitCode));
        foreach (var migration in MigrationSet.Truth.All)
            Assert.Single(logs.SelectMany(end => end.Log.Split('\n')), line => line == $"quiver: database: truth {migration} applied");

        static Task<ServerProgram> StartAsync(string url) => ServerProgram.StartAsync("--database", url);
    }

    [Theory, EveryEngine]
    public async Task A_server_that_may_not_migrate_refuses_a_database_that_is_behind(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        await new Migrator(test.Database, MigrationSet.Truth, TimeProvider.System).UpAsync(to: 0, TestContext.Current.CancellationToken);
        var run = await QuiverRun.Async("serve", "--port", "0", "--database", test.Url, "--database-migrate=false");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("run `quiver migrate up` first", run.Error, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task A_server_refuses_the_database_of_a_newer_one(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateEmptyAsync(engine);
        var newer = new Migration(MigrationSet.Truth.Newest + 1, "from the future", "CREATE TABLE future (id BIGINT)", "DROP TABLE future");
        await new Migrator(test.Database, new MigrationSet("truth", [.. MigrationSet.Truth.All, newer]), TimeProvider.System).UpAsync(to: null, TestContext.Current.CancellationToken);
        var run = await QuiverRun.Async("serve", "--port", "0", "--database", test.Url);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("(from the future) of a newer Quiver", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_wrong_or_leads_nowhere_is_told_without_its_password()
    {
        var wrong = await QuiverRun.Async("migrate", "up", "--database", "postgresql://u:canary-1@h/d?sslmod=require");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("'sslmod'", wrong.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", wrong.Error + wrong.Output, StringComparison.Ordinal);

        var nowhere = await QuiverRun.Async("migrate", "up", "--database", "postgresql://u:canary-2@127.0.0.1:1/d");
        Assert.Equal(2, nowhere.ExitCode);
        Assert.StartsWith("quiver: Cannot use the PostgreSQL database d at 127.0.0.1:1, schema quiver:", nowhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", nowhere.Error + nowhere.Output, StringComparison.Ordinal);

        var folder = await QuiverRun.Async("migrate", "up", "--database", "sqlite:///no-such-folder/quiver.db");
        Assert.Equal(2, folder.ExitCode);
        Assert.Contains("Cannot use the SQLite file /no-such-folder/quiver.db", folder.Error, StringComparison.Ordinal);
    }

    /// <summary>The last column.</summary>
    private static string[] States(QuiverRun run) => [.. run.OutputLines.Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1])];

    private static async Task<QuiverRun> RunAsync(string[] arguments)
    {
        var run = await QuiverRun.Async(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }
}
