using Dapper;
using Quiver.Caching;
using Quiver.Storage;
using Quiver.Storage.Migrations;
using Quiver.Tests.Support;

namespace Quiver.Tests.Caching;

/// <summary>What the database tier must do on each engine.</summary>
public abstract class DatabaseTierConformance(SqlEngine engine) : CacheTierConformance, IAsyncLifetime
{
    private const int Width = 100;

    /// <summary>What an entry of <see cref="Width"/> takes.</summary>
    private const int EntryBytes = CacheEntryFormat.HeadBytes + (4 * Width) + 180;

    private readonly ManualTime _time = new();
    private TestDatabase _test = null!;

    private protected override int RandomSteps => 60;

    public async ValueTask InitializeAsync() => _test = await TestDatabase.CreateAsync(engine, MigrationSet.Cache);

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_vector_is_there_after_a_restart()
    {
        await Tier().AddAsync([new(Entry("a", Width))], TestEnd);
        await using var later = new TieredCache(new TieredCacheOptions { Circuit = new CircuitOptions { FindTimeout = TimeSpan.FromMinutes(1) } }, [new DatabaseTier(_test.OpenAnother(), new DatabaseTierOptions(), _time)]);
        var found = new CacheEntry?[1];
        await later.FindBelowAsync(new[] { Key("a", Width) }, found, new string?[1], TestEnd);
        AssertSame(Entry("a", Width), found[0]);
    }

    [Fact]
    public async Task The_sums_of_the_lines_are_those_of_the_entries_whatever_comes_and_goes()
    {
        var tier = Tier(new DatabaseTierOptions { MaxBytes = 60 * EntryBytes, TenantMaxBytes = 30 * EntryBytes });
        var random = new Random(1);
        for (var step = 0; step < 60; step++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var tenant = random.Next(4) is var number and < 3 ? $"tenant {number}" : null;
            await tier.AddAsync([.. Enumerable.Range(0, random.Next(20)).Select(_ => Of(tenant, $"{random.Next(50)}", text: random.Next(3) == 0 ? "some text" : null))], TestEnd);
            if (random.Next(8) == 0)
                await tier.ClearAsync(new CacheFilter { Tenant = tenant, Before = _time.GetUtcNow().AddSeconds(-10) }, TestEnd);
        }

        var sums = await QueryAsync<(long, long)>("SELECT count(*), COALESCE(SUM(bytes), 0) FROM cache_entries");
        Assert.Equal(sums, await QueryAsync<(long, long)>("SELECT COALESCE(SUM(entries), 0), COALESCE(SUM(bytes), 0) FROM cache_lines"));
        Assert.InRange(sums.Item2, 20 * EntryBytes, 60 * EntryBytes);
        Assert.InRange(await QueryAsync<long>("SELECT MAX(bytes) FROM cache_lines"), 1, 30 * EntryBytes);
    }

    [Fact]
    public async Task A_tenant_who_fills_the_database_pushes_out_his_own_and_what_is_asked_for_stays()
    {
        var tier = Tier(new DatabaseTierOptions { MaxBytes = 100 * EntryBytes });
        await tier.AddAsync([.. Enumerable.Range(0, 20).Select(i => Of("small", $"{i}"))], TestEnd);
        var favourite = Of("large", "favourite").Entry;
        await tier.AddAsync([new(favourite)], TestEnd);
        for (var i = 0; i < 50; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await tier.CountHitsAsync([new(favourite.Key, 1, _time.GetUtcNow().ToUnixTimeMilliseconds())], TestEnd);
            await tier.AddAsync([.. Enumerable.Range(0, 10).Select(j => Of("large", $"{i} {j}"))], TestEnd);
        }

        Assert.Equal(20, await QueryAsync<long>("SELECT entries FROM cache_lines WHERE tenant = 'small'"));
        Assert.InRange(await QueryAsync<long>("SELECT entries FROM cache_lines WHERE tenant = 'large'"), 60, 80);
        Assert.Equal(50, await QueryAsync<long>("SELECT MAX(hit_count) FROM cache_entries"));
        Assert.NotNull((await FindAsync(tier, favourite))[0]);
    }

    [Fact]
    public async Task What_is_too_old_is_a_miss_and_can_be_written_anew()
    {
        var tier = Tier(new DatabaseTierOptions { TimeToLive = TimeSpan.FromHours(1) });
        var old = Of("a", "text").Entry;
        old.CreatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await tier.AddAsync([new(old)], TestEnd);
        _time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull((await FindAsync(tier, old))[0]);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null((await FindAsync(tier, old))[0]);

        var renewed = Of("a", "text").Entry;
        renewed.CreatedAt = _time.GetUtcNow().ToUnixTimeMilliseconds();
        await tier.AddAsync([new(renewed)], TestEnd);
        Assert.NotNull((await FindAsync(tier, renewed))[0]);
    }

    [Fact]
    public async Task A_row_that_was_changed_is_a_miss_and_is_written_anew()
    {
        var entry = Of("a", "text").Entry;
        var tier = Tier();
        await tier.AddAsync([new(entry)], TestEnd);
        await _test.Database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE cache_entries SET value = @value", new { value = new byte[CacheEntryFormat.HeadBytes + (4 * Width)] }, transaction), TestEnd);
        Assert.Null((await FindAsync(tier, entry))[0]);
        await tier.AddAsync([new(entry)], TestEnd);
        Assert.NotNull((await FindAsync(tier, entry))[0]);
    }

    [Fact]
    public async Task Rows_that_are_not_whole_go_some_hundred_with_each_write_and_the_sums_stay_right()
    {
        const int Rows = (2 * DatabaseTier.SpoiltPerWrite) + 10;
        var tier = Tier();
        CacheAddition[] additions = [.. Enumerable.Range(0, Rows).Select(i => Of($"tenant {i % 3}", $"{i}"))];
        await tier.AddAsync(additions, TestEnd);
        await _test.Database.WriteAsync(transaction => transaction.Connection!.ExecuteAsync("UPDATE cache_entries SET value = @value", new { value = new byte[1] }, transaction), TestEnd);
        var keys = additions.Select(addition => new LineKey(addition.Entry.Line, addition.Entry.Key)).ToArray();
        for (var again = 0; again < 2; again++)
            await tier.FindAsync(keys, new CacheEntry?[Rows], TestEnd);

        // The last is written anew at once, though others were found spoilt before it.
        await tier.AddAsync([additions[^1]], TestEnd);
        Assert.NotNull((await FindAsync(tier, additions[^1].Entry))[0]);
        Assert.Equal(Rows - DatabaseTier.SpoiltPerWrite + 1, await QueryAsync<long>("SELECT count(*) FROM cache_entries"));
        await tier.AddAsync([additions[0]], TestEnd);
        await tier.AddAsync([additions[1]], TestEnd);
        Assert.Equal(3, await QueryAsync<long>("SELECT count(*) FROM cache_entries"));
        Assert.Equal((3, 3 * EntryBytes), await QueryAsync<(long, long)>("SELECT SUM(entries), SUM(bytes) FROM cache_lines"));
    }

    [Fact]
    public async Task Hits_of_all_tiers_are_counted_in_one_write_behind_the_answers()
    {
        await using var cache = new TieredCache(new TieredCacheOptions(), [Tier()]);
        var entry = Entry("a", Width);
        cache.Add(entry);
        for (var i = 0; i < 1000; i++)
            Assert.True(cache.TryFind(entry.Key, out _));
        Assert.Equal(0, await QueryAsync<long>("SELECT COALESCE(SUM(hit_count), 0) FROM cache_entries"));
        await cache.FlushAsync(TestEnd);
        Assert.Equal(1000, await QueryAsync<long>("SELECT hit_count FROM cache_entries"));
        await cache.FlushAsync(TestEnd);
        Assert.Equal(1000, await QueryAsync<long>("SELECT hit_count FROM cache_entries"));
    }

    [Fact]
    public async Task A_text_is_kept_only_where_it_is_given_also_for_an_entry_that_is_there()
    {
        var tier = Tier();
        await tier.AddAsync([Of("a", "one"), Of("a", "two", "two")], TestEnd);
        await tier.AddAsync([Of("a", "three"), Of("a", "three", "three \u20ac")], TestEnd);
        Assert.Equal(["three \u20ac", "two"], (await _test.Database.ReadAsync(connection => connection.QueryAsync<string>("SELECT text FROM cache_entries WHERE text IS NOT NULL"), TestEnd)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_text_with_a_NUL_is_not_kept_and_takes_nothing_with_it()
    {
        var tier = Tier();
        await tier.AddAsync([Of("a", "one", "one"), Of("a", "two", "t\0wo")], TestEnd);
        Assert.Equal((2, "one"), await QueryAsync<(long, string)>("SELECT count(*), MAX(text) FROM cache_entries"));
    }

    [Fact]
    public async Task Two_processes_that_write_the_same_at_once_write_it_once()
    {
        var tiers = new[] { Tier(), new DatabaseTier(_test.OpenAnother(), new DatabaseTierOptions(), _time) };
        await Task.WhenAll(tiers.Select((tier, seed) => Task.Run(
            async () =>
            {
                var random = new Random(seed);
                for (var i = 0; i < 10; i++)
                    await tier.AddAsync([.. Enumerable.Range(0, 100).OrderBy(_ => random.Next()).Select(j => Of($"tenant {j % 3}", $"{j}"))], TestEnd);
            },
            TestEnd)));
        Assert.Equal((100, 100), await QueryAsync<(long, long)>("SELECT (SELECT count(*) FROM cache_entries), (SELECT SUM(entries) FROM cache_lines)"));
    }

    private protected override async Task<ICacheTier> CreateAsync()
    {
        var tier = Tier();
        await tier.ClearAsync(new CacheFilter(), TestEnd);
        return tier;
    }

    private protected DatabaseTier Tier(DatabaseTierOptions? options = null) => new(_test.Database, options ?? new DatabaseTierOptions(), _time);

    private static CacheAddition Of(string? tenant, string name, string? text = null)
    {
        var line = new CacheLine(tenant, "model", new byte[32], Width);
        return new(new CacheEntry(new LineKey(line, CacheKey.OfText(tenant, line.Identity.Span, name)), new float[Width], 5, 5) { CreatedAt = 1 }, text);
    }

    private static async Task<CacheEntry?[]> FindAsync(DatabaseTier tier, CacheEntry entry)
    {
        var found = new CacheEntry?[1];
        await tier.FindAsync(new[] { new LineKey(entry.Line, entry.Key) }, found, TestEnd);
        return found;
    }

    private Task<T> QueryAsync<T>(string sql) => _test.Database.ReadAsync(connection => connection.QuerySingleAsync<T>(sql), TestEnd);
}
