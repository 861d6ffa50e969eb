using Quiver.Limits;
using Quiver.Storage;
using Quiver.Tests.Support;

namespace Quiver.Tests.Limits;

public sealed class RedisRateCounterTests : RateCounterConformance, IAsyncLifetime
{
    private static readonly RateWindow[] Plan = [new(RateUnit.Requests, RatePeriod.Day, RateScope.Tenant, 12)];

    private TestRedis _redis = null!;
    private RedisServer _server = null!;

    protected override int Steps => 1500;

    public async ValueTask InitializeAsync()
    {
        _redis = await TestRedis.StartAsync();
        _server = new RedisServer(RedisAddress.Parse(_redis.Url));
        await ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task While_Redis_is_away_each_process_goes_on_with_its_share_and_with_Redis_when_it_is_back()
    {
        var changes = new List<bool>();
        var counter = new LocalFallback(new RedisRateCounter(_server, Clock), new LocalFallbackOptions { Processes = 3, Timeout = TimeSpan.FromSeconds(5) }, Clock, changes.Add);
        Assert.Equal(12, await GrantedAsync(counter, "before", 20));

        await _redis.Server.KillAsync();
        Assert.Equal(4, await GrantedAsync(counter, "away", 20));
        Assert.Equal([false], changes);

        await _redis.Server.StartAgainAsync();
        await ConnectAsync();
        Clock.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(12, await GrantedAsync(counter, "back", 20));
        Assert.Equal([false, true], changes);
    }

    [Fact]
    public async Task Where_the_operator_wants_no_local_counts_requests_are_refused()
    {
        var counter = new LocalFallback(new RedisRateCounter(_server, Clock), new LocalFallbackOptions { Refuses = true, Timeout = TimeSpan.FromSeconds(5) }, Clock);
        await _redis.Server.KillAsync();
        var refused = await Assert.ThrowsAsync<Quiver.Diagnostics.QuiverException>(async () => await GrantedAsync(counter, "refused", 1));
        Assert.Equal(Quiver.Diagnostics.ErrorKind.Unavailable, refused.Kind);
    }

    [Fact]
    public async Task What_was_counted_locally_is_given_back_locally()
    {
        var counter = new LocalFallback(new RedisRateCounter(_server, Clock), new LocalFallbackOptions { Timeout = TimeSpan.FromSeconds(5) }, Clock);
        await _redis.Server.KillAsync();
        for (var i = 0; i < 50; i++)
        {
            var outcome = await counter.ChargeAsync(Charge("given back"), TestContext.Current.CancellationToken);
            Assert.True(outcome is { Granted: true, IsLocal: true });
            await counter.RefundAsync(Charge("given back"), outcome, TestContext.Current.CancellationToken);
        }
    }

    private protected override ValueTask<IRateCounter> CreateAsync() => ValueTask.FromResult<IRateCounter>(new RedisRateCounter(_server, Clock));

    /// <summary>Until commands get through.</summary>
    private async Task ConnectAsync()
    {
        while (true)
        {
            try
            {
                await (await _server.DatabaseAsync(TestContext.Current.CancellationToken)).PingAsync();
                return;
            }
            catch (StackExchange.Redis.RedisConnectionException)
            {
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }

    private static async Task<int> GrantedAsync(LocalFallback counter, string tenant, int asked)
    {
        var granted = 0;
        for (var i = 0; i < asked; i++)
            granted += (await counter.ChargeAsync(Charge(tenant), TestContext.Current.CancellationToken)).Granted ? 1 : 0;
        return granted;
    }

    private static CounterCharge[] Charge(string tenant) => [new(new RateSubject(tenant, null, "").IdOf(Plan[0]), WindowRule.Of(Plan[0], Plan), WindowRule.Unit)];
}
