using Quiver.Caching;
using Quiver.Storage;
using Quiver.Tests.Support;
using StackExchange.Redis;

namespace Quiver.Tests.Caching;

/// <summary>Against a real Redis.</summary>
public sealed class RedisTierTests : CacheTierConformance, IAsyncLifetime
{
    private TestRedis _redis = null!;
    private RedisServer _server = null!;
    private RedisTier _tier = null!;

    private protected override int RandomSteps => 300;

    public async ValueTask InitializeAsync()
    {
        _redis = await TestRedis.StartAsync();
        _server = new RedisServer(RedisAddress.Parse(_redis.Url));
        _tier = new RedisTier(_server, new RedisTierOptions { TimeToLive = TimeSpan.FromMinutes(5) });
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Every_value_expires()
    {
        await _tier.AddAsync([new(Entry("a", 8))], TestEnd);
        var (database, key) = await OnlyKeyAsync();
        Assert.InRange((await database.KeyTimeToLiveAsync(key))!.Value.TotalSeconds, 200, 300);
    }

    [Fact]
    public async Task A_value_that_somebody_changed_or_swapped_is_a_miss_and_is_written_anew()
    {
        await _tier.AddAsync([new(Entry("a", 8)), new(Entry("b", 8))], TestEnd);
        var database = await _server.DatabaseAsync(TestEnd);
        var keys = (RedisKey[])await database.ExecuteAsync("KEYS", "*");
        var first = await database.StringGetAsync(keys[0]);
        await database.StringSetAsync(keys[1], first);
        await database.StringSetRangeAsync(keys[0], 50, "x");

        Assert.All(await FindAsync(_tier, 8, "a", "b"), Assert.Null);
        await _tier.AddAsync([new(Entry("a", 8)), new(Entry("b", 8))], TestEnd);
        Assert.All(await FindAsync(_tier, 8, "a", "b"), Assert.NotNull);
    }

    [Fact]
    public async Task Keys_hold_no_name_of_a_tenant_or_model()
    {
        var line = new CacheLine("somebody@example.com", "secret-model", new byte[32], 1);
        await _tier.AddAsync([new(new CacheEntry(new LineKey(line, CacheKey.OfText(line.Tenant, default, "text")), [1], 1, 1))], TestEnd);
        var (_, key) = await OnlyKeyAsync();
        Assert.Matches("^quiver:v1:[0-9a-f]{16}:[0-9a-f]{16}:[0-9a-f]{16}:[A-Za-z0-9_-]{43}$", key);
    }

    [Fact]
    public async Task A_thousand_keys_are_one_command()
    {
        var database = await _server.DatabaseAsync(TestEnd);
        await FindAsync(_tier, 8, "warm");
        var before = await CommandsAsync(database);
        await FindAsync(_tier, 8, [.. Enumerable.Range(0, 1000).Select(i => $"{i}")]);
        // INFO counts itself.
        Assert.Equal(2, await CommandsAsync(database) - before);
    }

    [Theory]
    [InlineData("redis://localhost", "redis://localhost:6379/0")]
    [InlineData("redis://:pass%20word@127.0.0.1:7000/3", "redis://127.0.0.1:7000/3")]
    [InlineData("rediss://default:secret@redis.example.com", "rediss://redis.example.com:6379/0")]
    public void An_address_is_told_without_its_password(string url, string told)
    {
        Assert.Equal(told, RedisAddress.Parse(url).ToString());
    }

    [Theory]
    [InlineData("localhost:6379")]
    [InlineData("http://localhost")]
    [InlineData("redis://")]
    [InlineData("redis://localhost/x-secret")]
    [InlineData("redis://localhost/-1")]
    [InlineData("redis://localhost?db=secret")]
    [InlineData("redis://somebody:secret@localhost")]
    public void What_is_no_address_is_refused_without_repeating_it(string url)
    {
        Assert.DoesNotContain("secret", Assert.Throws<FormatException>(() => RedisAddress.Parse(url)).Message, StringComparison.Ordinal);
    }

    private protected override async Task<ICacheTier> CreateAsync()
    {
        await _tier.ClearAsync(new CacheFilter(), TestEnd);
        return _tier;
    }

    private async Task<(IDatabase Database, string Key)> OnlyKeyAsync()
    {
        var database = await _server.DatabaseAsync(TestEnd);
        return (database, (string)((RedisKey[])await database.ExecuteAsync("KEYS", "*")).Single()!);
    }

    private static async Task<long> CommandsAsync(IDatabase database)
    {
        var info = (string)await database.ExecuteAsync("INFO", "commandstats");
        return info.Split('\n').Where(line => line.StartsWith("cmdstat_mget:", StringComparison.Ordinal) || line.StartsWith("cmdstat_info:", StringComparison.Ordinal) || line.StartsWith("cmdstat_get:", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split("calls=")[1].Split(',')[0], provider: null));
    }
}
