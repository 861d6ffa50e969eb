using Dapper;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Server.Tests.Support;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class SecretsCommandTests
{
    private const int Rows = 1000;

    private const int Kills = 20;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_prints_a_key()
    {
        var run = await QuiverRun.Async("secrets", "new");

        Assert.Equal(0, run.ExitCode);
        Assert.True(FernetKey.TryParse(Assert.Single(run.OutputLines), out _));
    }

    [Fact]
    public async Task A_key_out_of_documentation_is_refused()
    {
        using var folder = new TemporaryFolder();
        var run = await QuiverRun.Async("secrets", "rotate", "--database", $"sqlite://{folder.Path}/quiver.db", "--encryption-key", "your-32-byte-encryption-key");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("out of documentation", run.Error, StringComparison.Ordinal);
    }

    [Theory, EveryEngine]
    public async Task Rotation_that_is_killed_20_times_loses_no_secret(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        List<FernetKey> keys = [FernetKey.Generate()];
        await FillAsync(database.Database, keys[0]);
        keys.Insert(0, FernetKey.Generate());
        for (var kills = 0; kills < Kills;)
        {
            using var program = QuiverRun.Start([.. Arguments(database, keys)]);
            var before = await PlaceAsync(database.Database, keys[0]);
            while (!program.HasExited && await PlaceAsync(database.Database, keys[0]) == before)
                TestEnd.ThrowIfCancellationRequested();
            if (program.HasExited)
            {
                Assert.Equal(0, program.ExitCode);
                keys.Insert(0, FernetKey.Generate());
            }
            else
            {
                program.Kill();
                kills++;
            }

            await program.WaitForExitAsync(TestEnd);
            Assert.Equal(Rows, await OpenedAsync(database.Database, new KeyRing(keys)));
        }

        var last = await QuiverRun.Async([.. Arguments(database, keys)]);

        Assert.Equal(0, last.ExitCode);
        Assert.Contains($"encrypted anew with key {keys[0].Fingerprint}.", last.Output, StringComparison.Ordinal);
        Assert.Equal(Rows, await OpenedAsync(database.Database, new KeyRing([keys[0]])));
    }

    private static IEnumerable<string> Arguments(TestDatabase database, List<FernetKey> keys) =>
    [
        "secrets", "rotate", "--database", database.Url, "--encryption-key", keys[0].Export(),
        .. keys.Skip(1).SelectMany(key => (string[])["--previous-encryption-key", key.Export()]),
    ];

    private static Task<string?> PlaceAsync(Database database, FernetKey key) => database.ReadAsync(
        connection => connection.QuerySingleOrDefaultAsync<string>("SELECT after_id FROM secret_rotations WHERE fingerprint = @Fingerprint", new { key.Fingerprint }), TestEnd);

    private static async Task FillAsync(Database database, FernetKey key)
    {
        var box = new SecretBox(new KeyRing([key]), TimeProvider.System);
        var rows = Enumerable.Range(0, Rows).Select(i => (Id: $"prov_{i:x24}", Tenant: $"usr_{i}")).Select(row => new ProviderRow
        {
            Id = row.Id,
            Tenant = row.Tenant,
            Endpoint = "https://api.openai.com/",
            RequestTemplate = """{"input":"$TEXT"}""",
            ResponsePath = "$",
            ApiKey = box.Seal(new SecretPlace(row.Tenant, row.Id), "sk-" + row.Tenant),
        }).ToList();
        await database.WriteAsync(
            transaction => transaction.Connection!.ExecuteAsync(
                """
                INSERT INTO providers (id, tenant, name, endpoint, request_template, response_path, api_key, version, created_at, updated_at)
                VALUES (@Id, @Tenant, @Name, @Endpoint, @RequestTemplate, @ResponsePath, @ApiKey, 1, 0, 0)
                """,
                rows,
                transaction),
            TestEnd);
    }

    private static async Task<int> OpenedAsync(Database database, KeyRing keys)
    {
        var box = new SecretBox(keys, TimeProvider.System);
        var rows = await database.ReadAsync(connection => connection.QueryAsync<ProviderRow>($"SELECT {ProviderRow.Columns} FROM providers"), TestEnd);
        return rows.Count(row => box.TryOpen(new SecretPlace(row.Tenant, row.Id), row.ApiKey, out var key) && key == "sk-" + row.Tenant);
    }
}
