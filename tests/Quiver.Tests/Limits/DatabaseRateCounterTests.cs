using Quiver.Limits;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Limits;

public abstract class DatabaseRateCounterTests(SqlEngine engine) : RateCounterConformance, IAsyncLifetime
{
    private static readonly RateWindow[] Plan = [new(RateUnit.Items, RatePeriod.Month, RateScope.Tenant, 60)];

    private readonly List<DatabaseRateCounter> _counters = [];
    private TestDatabase _database = null!;

    /// <summary>Each is a transaction on a disk.</summary>
    protected override int Steps => 400;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(engine);

    public async ValueTask DisposeAsync()
    {
        foreach (var counter in _counters)
            await counter.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Processes_that_share_the_database_share_the_counts()
    {
        var counters = new[] { Open(_database.Database), Open(_database.OpenAnother()), Open(_database.OpenAnother()) };
        var granted = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 150), new ParallelOptions { MaxDegreeOfParallelism = 24, CancellationToken = TestContext.Current.CancellationToken }, async (i, cancellation) =>
        {
            if ((await counters[i % 3].ChargeAsync(Charge(i % 2 == 0 ? "even" : "odd"), cancellation)).Granted)
                Interlocked.Increment(ref granted);
        });

        Assert.Equal(2 * 60, granted);
    }

    [Fact]
    public async Task What_was_charged_is_there_after_a_restart()
    {
        for (var i = 0; i < 60; i++)
        {
            var counter = i % 20 == 0 ? Open(_database.Database) : _counters[^1];
            Assert.True((await counter.ChargeAsync(Charge("restarted"), TestContext.Current.CancellationToken)).Granted);
        }

        Assert.False((await Open(_database.Database).ChargeAsync(Charge("restarted"), TestContext.Current.CancellationToken)).Granted);
    }

    /// <summary>Some are gone before the writer comes to them, some while it writes.</summary>
    [Fact]
    public async Task Who_stops_waiting_is_not_charged()
    {
        var counter = Open(_database.Database);
        var token = TestContext.Current.CancellationToken;
        var cancelled = 0;
        for (var i = 0; i < 50; i++)
        {
            using var end = new CancellationTokenSource();
            var charging = counter.ChargeAsync(Charge("gone"), end.Token).AsTask();
            if (i % 2 == 0)
                await Task.Yield();
            await end.CancelAsync();
            try
            {
                var outcome = await charging;
                await counter.RefundAsync(Charge("gone"), outcome, token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
            }
        }

        Assert.NotEqual(0, cancelled);
        await counter.DisposeAsync();
        var left = await Open(_database.Database).ChargeAsync([Charge("gone")[0] with { Amount = 60 * WindowRule.Unit }], token);
        Assert.True(left.Granted);
    }

    private protected override ValueTask<IRateCounter> CreateAsync() => ValueTask.FromResult<IRateCounter>(Open(_database.Database));

    private DatabaseRateCounter Open(Database database)
    {
        var counter = new DatabaseRateCounter(database, Clock);
        _counters.Add(counter);
        return counter;
    }

    private static CounterCharge[] Charge(string tenant) => [new(new RateSubject(tenant, null, "").IdOf(Plan[0]), WindowRule.Of(Plan[0], Plan), WindowRule.Unit)];
}

public sealed class SqliteRateCounterTests() : DatabaseRateCounterTests(SqlEngine.Sqlite);

public sealed class PostgreSqlRateCounterTests() : DatabaseRateCounterTests(SqlEngine.PostgreSql);
