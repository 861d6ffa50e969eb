using Quiver.Limits.Usage;
using Quiver.Storage;
using Quiver.Tests.Accounts;
using Quiver.Tests.Support;

namespace Quiver.Tests.Limits.Usage;

public sealed class UsageLedgerTests
{
    private static readonly UsageAmounts One = new() { Requests = 1, MemoryHits = 2, RedisHits = 3, DatabaseHits = 4, Misses = 5, HitTokens = 60, MissTokens = 70, ComputeMicroseconds = 800 };

    private readonly WallClock _clock = new();

    private DateOnly Day => DateOnly.FromDateTime(_clock.Now.UtcDateTime);

    [Theory, EveryEngine]
    public async Task Sums_are_of_what_was_added_whoever_added_it_and_written_or_not(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await using var first = new UsageLedger(database.Database, _clock);
        await using var second = new UsageLedger(database.OpenAnother(), _clock);
        await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, async (i, cancellation) =>
        {
            (i % 2 == 0 ? first : second).Add(new UsageKey("tenant", $"key {i % 4}", "model", Day), One);
            if (i % 20 == 0)
                await (i % 40 == 0 ? first : second).FlushAsync(cancellation);
        });
        await second.FlushAsync(TestContext.Current.CancellationToken);

        var sums = await first.ReadAsync(new UsageQuery(Day, Day), TestContext.Current.CancellationToken);

        Assert.Equal(4, sums.Count);
        var fifty = Enumerable.Repeat(One, 50).Aggregate((left, right) => left + right);
        Assert.Equal(50, fifty.Requests);
        Assert.All(sums, sum => Assert.Equal(fifty, sum.Value));
    }

    [Theory, EveryEngine]
    public async Task A_query_finds_what_it_names_and_nothing_else(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await using var ledger = new UsageLedger(database.Database, _clock);
        foreach (var (i, tenant) in new[] { "a", "b" }.Index())
        {
            for (var day = 0; day < 3; day++)
            {
                ledger.Add(new UsageKey(tenant, "k1", "m1", Day.AddDays(-day)), One);
                ledger.Add(new UsageKey(tenant, "k2", "m2", Day.AddDays(-day)), One);
            }

            // The first tenant's is written, the second's is not.
            if (i == 0)
                await ledger.FlushAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(12, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day)));
        Assert.Equal(8, await CountAsync(ledger, new UsageQuery(Day.AddDays(-1), Day)));
        Assert.Equal(4, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day.AddDays(-2))));
        foreach (var tenant in new[] { "a", "b" })
        {
            Assert.Equal(6, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day) { Tenant = tenant }));
            Assert.Equal(3, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day) { Tenant = tenant, Key = "k1" }));
            Assert.Equal(3, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day) { Tenant = tenant, Model = "m2" }));
            Assert.Equal(0, await CountAsync(ledger, new UsageQuery(Day.AddDays(-2), Day) { Tenant = tenant, Model = "m2", Key = "k1" }));
        }
    }

    [Theory, EveryEngine]
    public async Task A_query_may_name_the_most_rows_it_takes_of_the_database(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await using var ledger = new UsageLedger(database.Database, _clock);
        for (var i = 0; i < 5; i++)
            ledger.Add(new UsageKey("tenant", $"k{i}", "model", Day), One);
        await ledger.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(3, await CountAsync(ledger, new UsageQuery(Day, Day) { MaxRows = 3 }));
        Assert.Equal(5, await CountAsync(ledger, new UsageQuery(Day, Day) { MaxRows = 6 }));
    }

    [Theory, EveryEngine]
    public async Task The_end_writes_what_is_left(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        await using (var ledger = new UsageLedger(database.Database, _clock))
            ledger.Add(new UsageKey("tenant", "", "model", Day), One);

        await using var after = new UsageLedger(database.Database, _clock);
        Assert.Equal(One, Assert.Single(await after.ReadAsync(new UsageQuery(Day, Day), TestContext.Current.CancellationToken)).Value);
    }

    [Theory, EveryEngine]
    public async Task A_batch_that_is_written_twice_counts_once(SqlEngine engine)
    {
        await using var database = await TestDatabase.CreateAsync(engine);
        var table = new UsageTable(database.Database);
        var batch = new UsageBatch("the same", new() { [new UsageKey("tenant", "", "model", Day)] = One }, _clock.Now);
        await table.WriteAsync(batch, TestContext.Current.CancellationToken);
        await table.WriteAsync(batch, TestContext.Current.CancellationToken);

        var sums = await table.ReadAsync(new UsageQuery(Day, Day), TestContext.Current.CancellationToken);
        Assert.Equal(One, Assert.Single(sums).Value);
    }

    [Fact]
    public async Task What_cannot_be_written_is_kept_and_written_later()
    {
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        await using var ledger = new UsageLedger(database.Database, _clock);
        ledger.Add(new UsageKey("tenant", "", "model", Day), One);
        using (var held = new CancellationTokenSource())
        {
            await held.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ledger.FlushAsync(held.Token));
        }

        ledger.Add(new UsageKey("tenant", "", "model", Day), One);
        await ledger.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(One + One, Assert.Single(await ledger.ReadAsync(new UsageQuery(Day, Day), TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task Whatever_a_write_fails_with_the_next_one_is_made()
    {
        var time = new ManualTime();
        var day = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var database = await TestDatabase.CreateAsync(SqlEngine.Sqlite);
        await using var failing = new DatabaseThatGoesAway(database.Database) { WriteFailure = new InvalidOperationException("odd") };
        await using var ledger = new UsageLedger(failing, time, isGood => (isGood ? written : failed).SetResult());
        ledger.Add(new UsageKey("tenant", "", "model", day), One);

        time.Advance(TimeSpan.FromSeconds(5));
        await failed.Task.WaitAsync(TestContext.Current.CancellationToken);
        failing.WriteFailure = null;
        time.Advance(TimeSpan.FromSeconds(5));
        await written.Task.WaitAsync(TestContext.Current.CancellationToken);

        await using var other = new UsageLedger(database.Database, time);
        Assert.Equal(One, Assert.Single(await other.ReadAsync(new UsageQuery(day, day), TestContext.Current.CancellationToken)).Value);
    }

    [Fact]
    public async Task Without_a_database_sums_stay_in_memory()
    {
        await using var ledger = new UsageLedger(database: null, _clock);
        ledger.Add(new UsageKey("", "", "model", Day), One);
        await ledger.FlushAsync(TestContext.Current.CancellationToken);
        ledger.Add(new UsageKey("", "", "model", Day), One);
        Assert.Equal(One + One, Assert.Single(await ledger.ReadAsync(new UsageQuery(Day, Day), TestContext.Current.CancellationToken)).Value);
    }

    private static async Task<int> CountAsync(UsageLedger ledger, UsageQuery query) => (await ledger.ReadAsync(query, TestContext.Current.CancellationToken)).Count;
}
