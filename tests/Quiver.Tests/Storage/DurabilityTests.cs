using System.Text.RegularExpressions;
using Dapper;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Storage;

/// <summary>What was acknowledged is there, once and whole, however the program, the database or the machine ended.</summary>
public sealed partial class DurabilityTests
{
    private const int Kills = 10;
    private const int PowerCuts = 3;
    private const int Writers = 4;
    private const int Acknowledgements = 40;

    private static readonly MigrationSet Nothing = new("test", []);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task A_program_that_is_killed_while_it_writes_loses_and_doubles_nothing(SqlEngine engine)
    {
        await using var test = await TestDatabase.CreateAsync(engine, Nothing);
        var acknowledged = new HashSet<string>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var writer = WriterProgram.Start(test.Url, Writers);
            await writer.ReadAsync(Acknowledgements);
            await writer.KillAsync();
            acknowledged.UnionWith(writer.Acknowledged);
            // PostgreSQL may still be finishing what the dead program had begun to commit.
            await CheckAsync(test.Database, acknowledged, unknown: kill * Writers);
        }
    }

    [Fact]
    public async Task PostgreSQL_that_is_killed_while_it_is_written_to_loses_nothing_and_the_program_goes_on()
    {
        await using var server = await TestPostgreSql.StartAsync(durable: true);
        await using var database = Database.At(DatabaseAddress.Parse(server.Url("quiver")));
        await using var writer = WriterProgram.Start(server.Url("quiver"), Writers);
        for (var kill = 1; kill <= 3; kill++)
        {
            await writer.ReadAsync(Acknowledgements);
            await server.Server.KillAsync();
            await server.Server.StartAgainAsync();
        }

        await writer.ReadAsync(Acknowledgements);
        await writer.KillAsync();
        await CheckAsync(database, [.. writer.Acknowledged], unknown: 4 * Writers);
    }

    [Fact]
    public async Task A_power_cut_takes_no_acknowledged_write_of_SQLite()
    {
        var folder = Directory.CreateTempSubdirectory("quiver-disk-").FullName;
        try
        {
            await using var disk = await ServerScript.MountDiskAsync(folder);
            var address = new SqliteAddress(Path.Combine(folder, "quiver.db"));
            var acknowledged = new HashSet<string>();
            for (var cut = 1; cut <= PowerCuts; cut++)
            {
                await using var writer = WriterProgram.Start($"sqlite://{address.File}", Writers);
                await writer.ReadAsync(Acknowledgements);
                await writer.PauseAsync();
                await disk.CopyDiskAsync();
                await writer.KillAsync();
                await disk.SwapDiskAsync();
                acknowledged.UnionWith(writer.Acknowledged);

                await using var database = Database.At(address);
                await CheckAsync(database, acknowledged, unknown: cut * Writers);
                Assert.Equal("ok", await database.ReadAsync(connection => connection.ExecuteScalarAsync<string>("PRAGMA integrity_check"), Cancellation));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_power_cut_takes_no_acknowledged_write_of_PostgreSQL()
    {
        await using var server = await TestPostgreSql.StartAsync(durable: true, disk: true);
        await using var database = Database.At(DatabaseAddress.Parse(server.Url("quiver")));
        var acknowledged = new HashSet<string>();
        for (var cut = 1; cut <= PowerCuts; cut++)
        {
            await using var writer = WriterProgram.Start(server.Url("quiver"), Writers);
            await writer.ReadAsync(Acknowledgements);
            await server.Server.PauseAsync();
            await server.Server.CopyDiskAsync();
            await writer.KillAsync();
            await server.Server.KillAsync();
            await server.Server.SwapDiskAsync();
            await server.Server.StartAgainAsync();
            acknowledged.UnionWith(writer.Acknowledged);
            await CheckAsync(database, acknowledged, unknown: cut * Writers);
        }
    }

    /// <summary>The same without a disk that can be cut off: before each acknowledgement the kernel has answered that the log is on the disk.</summary>
    [Fact]
    public async Task SQLite_waits_for_the_disk_before_each_acknowledgement()
    {
        if (!File.Exists("/usr/bin/strace"))
        {
            Assert.True(Environment.GetEnvironmentVariable("CI") != "true", "strace is missing: apt-get install strace");
            Assert.Skip("strace is missing.");
        }

        await using var test = await TestDatabase.CreateAsync(SqlEngine.Sqlite, Nothing);
        var trace = ((SqliteAddress)DatabaseAddress.Parse(test.Url)).File + ".trace";
        await using (var writer = WriterProgram.Start(test.Url, writers: 1, "strace", "-D", "-f", "-qq", "-s", "40", "-e", "trace=fsync,fdatasync,write", "-e", "signal=none", "-o", trace))
            await writer.ReadAsync(Acknowledgements);

        var (synced, seen) = (false, 0);
        await foreach (var line in File.ReadLinesAsync(trace, Cancellation))
        {
            if (Synced().IsMatch(line))
                synced = true;
            if (!Acknowledgement().IsMatch(line))
                continue;
            Assert.True(synced, $"Acknowledgement {seen} came without waiting for the disk: {line}");
            (synced, seen) = (false, seen + 1);
        }

        Assert.InRange(seen, Acknowledgements, int.MaxValue);
    }

    /// <param name="unknown">The most transactions that may have come to be without anyone having been told.</param>
    private static async Task CheckAsync(Database database, HashSet<string> acknowledged, int unknown)
    {
        var (ledger, copies, counter) = await database.ReadAsync(
            async connection => (
                (await connection.QueryAsync<string>("SELECT id FROM ledger")).AsList(),
                (await connection.QueryAsync<string>("SELECT id FROM copies")).AsList(),
                await connection.ExecuteScalarAsync<long>("SELECT amount FROM counters WHERE name = 'all'")),
            Cancellation);
        Assert.Empty(acknowledged.Except(ledger));
        Assert.Equal(ledger.Order(), copies.Order());
        Assert.Equal(ledger.Count, counter);
        Assert.InRange(ledger.Count - acknowledged.Count, 0, unknown);
    }

    [GeneratedRegex(@"(fsync|fdatasync)(\(\d+\)| resumed>\)) += 0$")]
    private static partial Regex Synced();

    [GeneratedRegex(@"write\(\d+, ""[0-9a-f]{8}-[0-9a-f]{4}-")]
    private static partial Regex Acknowledgement();
}
