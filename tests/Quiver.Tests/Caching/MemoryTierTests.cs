using Quiver.Caching;
using Quiver.Tests.Support;

namespace Quiver.Tests.Caching;

public sealed class MemoryTierTests : CacheTierConformance
{
    private const int Width = 100;

    private static readonly int EntryBytes = Entry("any", Width).VectorBytes;

    [Fact]
    public void The_bytes_are_never_passed_and_a_key_never_gives_anothers_vector_whatever_eight_threads_do()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 60 * EntryBytes });
        var stop = Environment.TickCount64 + 2000;
        var threads = Enumerable.Range(0, 8).Select(seed => new Thread(() => Hammer(tier, new Random(seed), stop))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        // Quiet again, the counts agree with what is there.
        var present = Enumerable.Range(0, 400).Select(i => tier.TryFind(KeyOf($"{i}"), out var entry) ? entry : null).OfType<CacheEntry>().ToList();
        Assert.Equal(tier.Count, present.Count);
        Assert.InRange(tier.Bytes, present.Sum(entry => entry.VectorBytes + entry.TextBytes), tier.MaxBytes);
        Assert.InRange(present.Count, 10, 60);
    }

    [Fact]
    public void A_random_history_agrees_with_a_plain_dictionary_and_keeps_the_bound()
    {
        var random = new Random(5);
        var time = new ManualTime();
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 40 * EntryBytes, TimeToLive = TimeSpan.FromSeconds(50) }, time);
        var addedAt = new Dictionary<string, DateTimeOffset>();
        for (var step = 0; step < 100_000; step++)
        {
            var name = $"{(int)(100 * Math.Pow(random.NextDouble(), 3))}";
            if (tier.TryFind(KeyOf(name), out var found))
            {
                AssertSame(Entry(name, Width), found);
                Assert.True(time.GetUtcNow() - addedAt[name] < TimeSpan.FromSeconds(50));
                if (found.HitTwice)
                    found.OfferText((VectorTextKind)random.Next(2), new byte[random.Next(1, 2000)]);
            }
            else
            {
                tier.Add(Entry(name, Width));
                addedAt[name] = time.GetUtcNow();
            }

            if (random.Next(10) == 0)
                time.Advance(TimeSpan.FromSeconds(random.NextDouble()));
            Assert.InRange(tier.Bytes, 0, tier.MaxBytes);
        }

        Assert.InRange(tier.Count, 1, 40);
    }

    [Fact]
    public void What_is_hit_again_survives_a_scan_of_a_hundred_times_its_size()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 100 * EntryBytes });
        var hot = Enumerable.Range(0, 40).Select(i => $"hot {i}").ToList();
        hot.ForEach(name => tier.Add(Entry(name, Width)));
        for (var round = 0; round < 3; round++)
            hot.ForEach(name => Assert.True(tier.TryFind(KeyOf(name), out _)));

        for (var i = 0; i < 10_000; i++)
            tier.Add(Entry($"scan {i}", Width));

        Assert.Equal(40, hot.Count(name => tier.TryFind(KeyOf(name), out _)));
    }

    [Fact]
    public void One_eviction_looks_at_a_few_entries_even_if_all_were_hit()
    {
        var queues = new EvictionQueues();
        var entries = Enumerable.Range(0, 1000).Select(i => Entry($"{i}", Width)).ToList();
        entries.ForEach(queues.Add);
        var spared = new List<int>();
        // Those in the small queue go to the main one first, then those in the main queue are spared three times.
        for (var round = 0; round < 100; round++)
        {
            entries.ForEach(entry => entry.Frequency = 3);
            Assert.True(entries.Remove(queues.Evict()));
            spared.Add(entries.Count(entry => entry.Frequency < 3));
        }

        Assert.All(spared, count => Assert.InRange(count, 1, EvictionQueues.MostSpared));
        Assert.Equal(900, queues.Count);
    }

    [Fact]
    public void An_entry_that_comes_back_soon_after_eviction_goes_to_the_main_queue()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 40 * EntryBytes });
        for (var i = 0; i < 50; i++)
            tier.Add(Entry($"{i}", Width));
        var evicted = Enumerable.Range(0, 50).Select(i => $"{i}").First(name => !tier.TryFind(KeyOf(name), out _));

        tier.Add(Entry(evicted, Width));
        for (var i = 0; i < 100; i++)
            tier.Add(Entry($"scan {i}", Width));

        Assert.True(tier.TryFind(KeyOf(evicted), out _));
    }

    [Fact]
    public void An_entry_lives_as_long_as_it_may_and_not_longer()
    {
        var time = new ManualTime();
        var tier = new MemoryTier(new MemoryTierOptions { TimeToLive = TimeSpan.FromMinutes(10) }, time);
        tier.Add(Entry("a", Width));
        time.Advance(TimeSpan.FromMinutes(9));
        tier.Add(Entry("a", Width));
        Assert.True(tier.TryFind(KeyOf("a"), out _));

        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(tier.TryFind(KeyOf("a"), out _));
        Assert.Equal((0, 0), (tier.Count, tier.Bytes));

        tier.Add(Entry("a", Width));
        Assert.True(tier.TryFind(KeyOf("a"), out _));
    }

    [Fact]
    public void A_tier_of_no_bytes_and_an_entry_larger_than_the_tier_keep_nothing()
    {
        foreach (var bytes in new[] { 0, 1, EntryBytes - 1 })
        {
            var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = bytes });
            tier.Add(Entry("a", Width));
            Assert.False(tier.TryFind(KeyOf("a"), out _));
            Assert.Equal(0, tier.Bytes);
        }
    }

    [Fact]
    public void Texts_are_kept_from_the_second_hit_on_within_their_quarter_and_the_ones_in_use_stay()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 100 * EntryBytes });
        var text = new byte[2 * EntryBytes];
        var entries = Enumerable.Range(0, 50).Select(i => Entry($"{i}", Width)).ToList();
        entries.ForEach(tier.Add);
        Assert.True(tier.TryFind(entries[0].Key, out _) && !entries[0].HitTwice);
        Assert.True(tier.TryFind(entries[0].Key, out _) && entries[0].HitTwice);

        foreach (var entry in entries)
        {
            entry.OfferText(VectorTextKind.Numbers, text);
            Assert.Same(text, entries[0].Text(VectorTextKind.Numbers));
        }

        Assert.Equal(12, entries.Count(entry => entry.Text(VectorTextKind.Numbers) is not null));
        Assert.Equal(50, tier.Count);
        Assert.InRange(entries.Sum(entry => entry.TextBytes), 1, tier.MaxBytes / 4);
    }

    [Fact]
    public void An_entry_that_left_takes_its_texts_along_and_is_offered_none()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 20 * EntryBytes });
        var first = Entry("first", Width);
        tier.Add(first);
        first.OfferText(VectorTextKind.Base64, new byte[100]);
        for (var i = 0; i < 100; i++)
            tier.Add(Entry($"{i}", Width));

        Assert.False(tier.TryFind(first.Key, out _));
        Assert.Equal(0, first.TextBytes);
        first.OfferText(VectorTextKind.Base64, new byte[100]);
        Assert.Equal(0, first.TextBytes);
    }

    [Fact]
    public void A_hit_allocates_nothing()
    {
        var tier = new MemoryTier();
        var key = KeyOf("a");
        tier.Add(Entry("a", Width));
        tier.TryFind(key, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            tier.TryFind(key, out _);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(384)]
    public void The_bytes_counted_are_those_of_the_heap(int width)
    {
        // Once it is full, the dictionary grows no more: what an entry takes is what adding one allocates, and its slot in the table.
        const int SlotBytes = 16;
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 4 << 20 });
        var entryBytes = Entry("any", width).VectorBytes;
        var keys = Enumerable.Range(0, 5 * (4 << 20) / entryBytes).Select(i => Key($"{i}", width)).ToArray();
        var warm = keys.Length * 3 / 5;
        foreach (var key in keys[..warm])
            tier.Add(new CacheEntry(key, new float[width], 5, 5));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var key in keys.AsSpan(warm))
            tier.Add(new CacheEntry(key, new float[width], 5, 5));
        var allocated = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(keys.Length - warm);

        Assert.InRange(entryBytes, (allocated + SlotBytes) * 0.97, (allocated + SlotBytes) * 1.05);
    }

    [Fact]
    public void A_tenant_that_scans_leaves_what_others_hold_within_their_share()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 100 * EntryBytes });
        var mine = Enumerable.Range(0, 40).Select(i => Of("mine", $"{i}")).ToList();
        mine.ForEach(tier.Add);
        for (var i = 0; i < 10_000; i++)
            tier.Add(Of(i % 2 == 0 ? "scanner" : null, $"scan {i}"));

        // A third of the room is more than 32 entries, whatever is around them.
        Assert.InRange(mine.Count(entry => tier.TryFind(entry.Key, out _)), 30, 34);
        Assert.InRange(tier.Bytes, 90 * EntryBytes, tier.MaxBytes);
        Assert.Equal(tier.Bytes > 0 ? tier.Count : 0, tier.Lines().Sum(line => line.Entries));
    }

    [Fact]
    public void A_tenant_keeps_to_its_quota_where_nobody_else_wants_the_room()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 100 * EntryBytes, TenantMaxBytes = 20 * EntryBytes });
        for (var i = 0; i < 1000; i++)
            tier.Add(Of("one", $"{i}"));
        Assert.InRange(tier.Bytes, 15 * EntryBytes, 20 * EntryBytes);

        tier.Add(Of("two", "x"));
        Assert.InRange(tier.Lines().Single(line => line.Line.Tenant == "one").Entries, 10, 20);
    }

    [Fact]
    public async Task What_thousands_of_tenants_hold_and_leave_is_counted_to_the_byte()
    {
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = 300 * EntryBytes });
        var random = new Random(3);
        for (var i = 0; i < 20_000; i++)
        {
            var entry = Of($"{random.Next(2000)}", $"{random.Next(5)}");
            tier.Add(entry);
            if (random.Next(4) == 0)
                entry.OfferText(VectorTextKind.Base64, new byte[random.Next(500)]);
            Assert.InRange(tier.Bytes, 0, tier.MaxBytes);
        }

        Assert.Equal(tier.Count, tier.Lines().Sum(line => line.Entries));
        foreach (var (line, _, _) in tier.Lines())
            Assert.InRange(await tier.ClearAsync(new CacheFilter { Tenant = line.Tenant }, TestEnd), 1, 5);
        Assert.Equal((0, 0), (tier.Count, tier.Bytes));
    }

    private static CacheEntry Of(string? tenant, string text)
    {
        var line = new CacheLine(tenant, "model", new byte[32], Width);
        return new CacheEntry(new LineKey(line, CacheKey.OfText(tenant, line.Identity.Span, text)), new float[Width], 5, 5);
    }

    private protected override Task<ICacheTier> CreateAsync() => Task.FromResult<ICacheTier>(new MemoryTier(new MemoryTierOptions { MaxBytes = 1 << 20 }));

    private static void Hammer(MemoryTier tier, Random random, long stop)
    {
        while (Environment.TickCount64 < stop)
        {
            var name = $"{random.Next(400)}";
            if (!tier.TryFind(KeyOf(name), out var found))
            {
                tier.Add(Entry(name, Width));
            }
            else
            {
                AssertSame(Entry(name, Width), found);
                var text = System.Text.Encoding.UTF8.GetBytes(name);
                if (found.Text(VectorTextKind.Numbers) is { } kept)
                    Assert.Equal(text, kept);
                else
                    found.OfferText(VectorTextKind.Numbers, text);
            }

            Assert.InRange(tier.Bytes, 0, tier.MaxBytes);
        }
    }
}
