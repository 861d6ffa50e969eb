using Quiver.Caching;

namespace Quiver.Tests.Caching;

public sealed class TieredCacheTests : IAsyncDisposable
{
    private static readonly CacheLine Line = new("", "model", new byte[32], 100);

    private readonly FakeTier _near = new("near");
    private readonly FakeTier _far = new("far");
    private readonly TieredCache _cache;

    public TieredCacheTests() => _cache = new TieredCache(new TieredCacheOptions { QueueBytes = 10_000 }, [_near, _far]);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task What_is_added_is_in_memory_at_once_and_in_the_tiers_below_after_a_flush()
    {
        var held = Hold(_near);
        _cache.Add(Entry("a"));
        Assert.True(_cache.TryFind(Key("a").Key, out _));
        Assert.Empty(_near.Entries);

        held.SetResult();
        await _cache.FlushAsync(TestEnd);
        Assert.Equal((1, 1), (_near.Entries.Count, _far.Entries.Count));
    }

    [Fact]
    public async Task What_a_lower_tier_has_fills_the_upper_ones_and_only_what_is_missing_is_looked_for_below()
    {
        await _far.AddAsync([new(Entry("far")), new(Entry("both"))], TestEnd);
        await _near.AddAsync([new(Entry("both"))], TestEnd);
        var found = await FindBelowAsync("far", "both", "none");

        Assert.Equal([true, true, false], found.Select(entry => entry is not null));
        Assert.Equal((3, 2), (_near.LastAsked, _far.LastAsked));
        await _cache.FlushAsync(TestEnd);
        Assert.True(_near.Entries.ContainsKey(Key("far").Key));
        Assert.True(_cache.TryFind(Key("far").Key, out _) && _cache.TryFind(Key("both").Key, out _));
        Assert.Equal(1, _far.Adds);
    }

    [Fact]
    public async Task A_full_queue_drops_what_comes_and_never_waits()
    {
        var held = Hold(_near);
        for (var i = 0; i < 1000; i++)
            _cache.Add(Entry($"{i}"));
        Assert.Equal(1000, _cache.Memory.Count);

        held.SetResult();
        await _cache.FlushAsync(TestEnd);
        Assert.InRange(_far.Entries.Count, 10, 20);
        _cache.Add(Entry("later"));
        await _cache.FlushAsync(TestEnd);
        Assert.True(_far.Entries.ContainsKey(Key("later").Key));
    }

    [Fact]
    public async Task The_end_writes_what_is_queued_first()
    {
        for (var i = 0; i < 10; i++)
            _cache.Add(Entry($"{i}"));
        await _cache.DisposeAsync();
        Assert.Equal((10, 10), (_near.Entries.Count, _far.Entries.Count));
    }

    [Fact]
    public async Task A_tier_that_breaks_costs_neither_lookups_nor_the_tier_behind_it()
    {
        _near.OnCall = () => throw new IOException();
        await _far.AddAsync([new(Entry("far"))], TestEnd);
        Assert.NotNull((await FindBelowAsync("far"))[0]);
        _cache.Add(Entry("new"));
        await _cache.FlushAsync(TestEnd);
        Assert.True(_far.Entries.ContainsKey(Key("new").Key));
    }

    [Fact]
    public async Task Clearing_leaves_nothing_in_any_tier_that_could_come_up_again()
    {
        _cache.Add(Entry("a"));
        var cleared = await _cache.ClearAsync(new CacheFilter(), TestEnd);
        Assert.Equal([("memory", 1), ("near", 1), ("far", 1)], cleared);
        Assert.Null((await FindBelowAsync("a"))[0]);
        Assert.False(_cache.TryFind(Key("a").Key, out _));
    }

    [Fact]
    public async Task A_text_goes_to_the_lowest_tier_alone()
    {
        var entry = Entry("a");
        _cache.Add(entry);
        _cache.KeepText(entry, "a");
        await _cache.FlushAsync(TestEnd);
        Assert.Null(_near.Entries[entry.Key].Text);
        Assert.Equal("a", _far.Entries[entry.Key].Text);
    }

    private static TaskCompletionSource Hold(FakeTier tier)
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        tier.OnCall = () => held.Task;
        return held;
    }

    private async Task<CacheEntry?[]> FindBelowAsync(params string[] texts)
    {
        var entries = new CacheEntry?[texts.Length];
        await _cache.FindBelowAsync(Array.ConvertAll(texts, Key), entries, new string?[texts.Length], TestEnd);
        return entries;
    }

    private static LineKey Key(string text) => new(Line, CacheKey.OfText("", Line.Identity.Span, text));

    private static CacheEntry Entry(string text) => new(Key(text), new float[100], 5, 5);
}
