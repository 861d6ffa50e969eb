using Dapper;
using Quiver.Providers;
using Quiver.Secrets;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

public sealed class SecretRotationTests
{
    private const int Rows = 120;

    private readonly FernetKey _old = FernetKey.Generate();
    private readonly FernetKey _new = FernetKey.Generate();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory, EveryEngine]
    public async Task Every_key_is_sealed_anew_and_still_opens_in_its_place(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await FillAsync(database.Database);

        var report = await RotateAsync(database.Database);

        Assert.Equal(Rows, report.Rotated);
        Assert.Empty(report.Unopened);
        await AssertAllOpenAsync(database.Database, new KeyRing([_new]));
        Assert.Equal(0, (await RotateAsync(database.Database)).Rotated);
    }

    [Theory, EveryEngine]
    public async Task A_run_that_was_stopped_is_taken_up_and_every_row_opens_all_along(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await FillAsync(database.Database);
        var both = new KeyRing([_new, _old]);
        var stops = 0;
        for (var finished = false; !finished;)
        {
            using var stop = new CancellationTokenSource();
            // The clock is asked once per batch: a run ends in its second one.
            var asked = 0;
            var time = new CountingTime(() =>
            {
                if (++asked == 2)
                    stop.Cancel();
            });
            try
            {
                await new SecretRotation(database.Database, both, time).RunAsync(stop.Token);
                finished = true;
            }
            catch (OperationCanceledException)
            {
                stops++;
            }

            await AssertAllOpenAsync(database.Database, both);
        }

        Assert.True(stops >= 2, $"{stops} stops");
        await AssertAllOpenAsync(database.Database, new KeyRing([_new]));
    }

    [Theory, EveryEngine]
    public async Task A_row_that_no_key_opens_is_named_and_left_alone(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var store = Store(database.Database, new KeyRing([_old]));
        await store.SaveAsync("usr_1", Definition, new ProviderKey("sk-1"), null, TestEnd);
        var lost = await Store(database.Database, new KeyRing([FernetKey.Generate()])).SaveAsync("usr_2", Definition, new ProviderKey("sk-2"), null, TestEnd);
        var before = (await store.FindAsync("usr_2", TestEnd))!.SealedKey;

        var report = await RotateAsync(database.Database);

        Assert.Equal(1, report.Rotated);
        Assert.Equal([lost], report.Unopened);
        Assert.Equal(before, (await store.FindAsync("usr_2", TestEnd))!.SealedKey);
    }

    [Theory, EveryEngine]
    public async Task A_key_that_is_saved_while_rotation_runs_is_never_written_over(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await FillAsync(database.Database);
        var old = Store(database.Database, new KeyRing([_old]));

        // A server that has not been restarted yet goes on sealing with the old key.
        var saving = Task.Run(
            async () =>
            {
                for (var i = 0; i < 40; i++)
                    await old.SaveAsync($"usr_{i}", Definition, new ProviderKey($"sk-newer-{i}"), null, TestEnd);
            },
            TestEnd);
        await RotateAsync(database.Database);
        await saving;
        await RotateAsync(database.Database);

        var all = Store(database.Database, new KeyRing([_new]));
        for (var i = 0; i < Rows; i++)
            Assert.Equal(i < 40 ? $"sk-newer-{i}" : $"sk-{i}", all.Open((await all.FindAsync($"usr_{i}", TestEnd))!).Reveal());
    }

    private static ProviderDefinition Definition { get; } =
        ProviderDefinition.Of(new EndpointRule([]), "n", "https://api.openai.com/", """{"input":"$TEXT"}""", "$.e", null);

    private static ProviderStore Store(Database database, KeyRing keys) => new(database, new SecretBox(keys, TimeProvider.System), TimeProvider.System);

    private Task<RotationReport> RotateAsync(Database database) => new SecretRotation(database, new KeyRing([_new, _old]), TimeProvider.System).RunAsync(TestEnd);

    private async Task FillAsync(Database database)
    {
        var store = Store(database, new KeyRing([_old]));
        for (var i = 0; i < Rows; i++)
            await store.SaveAsync($"usr_{i}", Definition, new ProviderKey($"sk-{i}"), null, TestEnd);
    }

    private static async Task AssertAllOpenAsync(Database database, KeyRing keys)
    {
        var box = new SecretBox(keys, TimeProvider.System);
        var rows = (await database.ReadAsync(connection => connection.QueryAsync<ProviderRow>($"SELECT {ProviderRow.Columns} FROM providers"), TestEnd)).ToList();
        Assert.Equal(Rows, rows.Count);
        foreach (var row in rows)
        {
            Assert.True(box.TryOpen(new SecretPlace(row.Tenant, row.Id), row.ApiKey, out var key), row.Id);
            Assert.Equal("sk-" + row.Tenant["usr_".Length..], key);
        }
    }

    private sealed class CountingTime(Action asked) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            asked();
            return System.GetUtcNow();
        }
    }
}
