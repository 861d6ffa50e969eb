using System.Security.Cryptography;
using Quiver.Caching;

namespace Quiver.Tests.Caching;

/// <summary>What every cache tier must do. The tests of each tier inherit it.</summary>
public abstract class CacheTierConformance
{
    private static readonly byte[] Identity = SHA256.HashData("identity"u8);

    private static readonly byte[] OtherIdentity = SHA256.HashData("another"u8);

    protected static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_added_is_found_whole_and_what_was_not_is_not()
    {
        var tier = await CreateAsync();
        await tier.AddAsync([new(Entry("a", 384)), new(Entry("b", 384)), new(Entry("c", 384, tokens: 256, fullTokens: 1000))], TestEnd);
        var found = await FindAsync(tier, 384, "b", "x", "c", "a", "b");

        Assert.Null(found[1]);
        AssertSame(Entry("b", 384), found[0]);
        AssertSame(Entry("c", 384, tokens: 256, fullTokens: 1000), found[2]);
        AssertSame(Entry("a", 384), found[3]);
        AssertSame(Entry("b", 384), found[4]);
    }

    /// <summary>A provider's answer tells no tokens.</summary>
    [Fact]
    public async Task A_vector_without_tokens_is_kept_like_any_other()
    {
        var tier = await CreateAsync();
        await tier.AddAsync([new(Entry("a", 384, tokens: 0, fullTokens: 0))], TestEnd);
        AssertSame(Entry("a", 384, tokens: 0, fullTokens: 0), (await FindAsync(tier, 384, "a"))[0]);
    }

    [Fact]
    public async Task Looking_up_nothing_and_adding_nothing_is_fine()
    {
        var tier = await CreateAsync();
        await tier.AddAsync([], TestEnd);
        Assert.Empty(await FindAsync(tier, 1));
    }

    [Fact]
    public async Task A_key_that_is_there_keeps_its_vector()
    {
        var tier = await CreateAsync();
        await tier.AddAsync([new(Entry("a", 16))], TestEnd);
        await tier.AddAsync([new(Entry("a", 16)), new(Entry("a", 16))], TestEnd);
        AssertSame(Entry("a", 16), (await FindAsync(tier, 16, "a"))[0]);
    }

    [Fact]
    public async Task Vectors_come_back_bit_for_bit()
    {
        var tier = await CreateAsync();
        float[] odd = [0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1e-38f, 1f / 3f];
        await tier.AddAsync([new(new CacheEntry(Key("odd", odd.Length), odd, 3, 3))], TestEnd);
        var found = (await FindAsync(tier, odd.Length, "odd"))[0]!.BaseVector.ToArray();
        Assert.Equal(odd.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public async Task Readers_and_writers_at_the_same_time_never_see_anothers_vector()
    {
        var tier = await CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(
            async () =>
            {
                var random = new Random(thread);
                for (var i = 0; i < RandomSteps; i++)
                {
                    var name = $"text {random.Next(300)}";
                    if (random.Next(3) == 0)
                        await tier.AddAsync([new(Entry(name, 32))], TestEnd);
                    else if ((await FindAsync(tier, 32, name))[0] is { } found)
                        AssertSame(Entry(name, 32), found);
                }
            },
            TestEnd)));
    }

    [Fact]
    public async Task Clearing_takes_a_tenant_a_model_an_age_or_the_shared_line_and_leaves_the_rest()
    {
        var tier = await CreateAsync();
        var lines = new[] { Line("a", "small", Identity), Line("a", "large", OtherIdentity), Line("b", "small", Identity), Line(null, "small", Identity) };
        foreach (var (filter, left) in new (CacheFilter Filter, string Left)[]
        {
            (new CacheFilter { Tenant = "a" }, "b old, b new, shared old, shared new"),
            (new CacheFilter { Model = "small" }, "a large old, a large new"),
            (new CacheFilter { Tenant = "a", Model = "large" }, "a old, a new, b old, b new, shared old, shared new"),
            (new CacheFilter { SharedOnly = true }, "a old, a new, a large old, a large new, b old, b new"),
            (new CacheFilter { Before = DateTimeOffset.FromUnixTimeMilliseconds(2_000) }, "a new, a large new, b new, shared new"),
            (new CacheFilter { Tenant = "b", Before = DateTimeOffset.FromUnixTimeMilliseconds(2_000) }, "a old, a new, a large old, a large new, b new, shared old, shared new"),
            (new CacheFilter { Tenant = "nobody" }, "a old, a new, a large old, a large new, b old, b new, shared old, shared new"),
            (new CacheFilter(), ""),
        })
        {
            string[] names = ["old", "new"];
            var entries = lines.SelectMany(line => names.Select(name => EntryOf(line, name))).ToList();
            await tier.ClearAsync(new CacheFilter(), TestEnd);
            await tier.AddAsync([.. entries.Select(entry => new CacheAddition(entry.In(new LineKey(entry.Line, entry.Key))))], TestEnd);

            var cleared = await tier.ClearAsync(filter, TestEnd);
            var found = new CacheEntry?[entries.Count];
            await tier.FindAsync(entries.ConvertAll(entry => new LineKey(entry.Line, entry.Key)).ToArray(), found, TestEnd);
            var kept = found.OfType<CacheEntry>().Select(entry =>
                $"{entry.Line.Tenant ?? "shared"}{(entry.Line.Model == "large" ? " large" : "")} {(entry.CreatedAt == 1_000 ? "old" : "new")}");
            Assert.Equal(left, string.Join(", ", kept));
            Assert.Equal(entries.Count - found.Count(entry => entry is not null), cleared);
        }

        static CacheEntry EntryOf(CacheLine line, string name) =>
            new(new LineKey(line, CacheKey.OfText(line.Tenant, line.Identity.Span, name)), [1, 2, 3], 5, 5) { CreatedAt = name == "old" ? 1_000 : 3_000 };

        static CacheLine Line(string? tenant, string model, byte[] identity) => new(tenant, model, identity, 3);
    }

    /// <summary>Steps of each thread where readers and writers meet.</summary>
    private protected virtual int RandomSteps => 2000;

    /// <summary>An empty tier with room for at least 1 MB.</summary>
    private protected abstract Task<ICacheTier> CreateAsync();

    private protected static LineKey Key(string text, int width) => new(new CacheLine("", "model", Identity, width), KeyOf(text));

    private protected static CacheKey KeyOf(string text) => CacheKey.OfText("", Identity, text);

    /// <summary>An entry whose vector follows from its text.</summary>
    private protected static CacheEntry Entry(string text, int width, int tokens = 5, int fullTokens = 5)
    {
        var random = new Random(text.Aggregate(17, (hash, c) => (hash * 31) + c));
        return new CacheEntry(Key(text, width), [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())], tokens, fullTokens);
    }

    private protected static void AssertSame(CacheEntry expected, CacheEntry? found)
    {
        Assert.NotNull(found);
        Assert.Equal(expected.Key, found.Key);
        Assert.Equal(expected.BaseVector, found.BaseVector);
        Assert.Equal((expected.Tokens, expected.FullTokens), (found.Tokens, found.FullTokens));
    }

    private protected static async Task<CacheEntry?[]> FindAsync(ICacheTier tier, int width, params string[] texts)
    {
        var entries = new CacheEntry?[texts.Length];
        await tier.FindAsync(Array.ConvertAll(texts, text => Key(text, width)), entries, TestEnd);
        return entries;
    }
}
