using System.Security.Cryptography;
using Quiver.Caching;

namespace Quiver.Tests.Caching;

/// <summary>What every cache tier must do. The tests of each tier inherit it.</summary>
public abstract class CacheTierConformance
{
    private static readonly byte[] Identity = SHA256.HashData("identity"u8);

    protected static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_added_is_found_whole_and_what_was_not_is_not()
    {
        var tier = Create();
        await tier.AddAsync([Entry("a", 384), Entry("b", 1), Entry("c", 384, tokens: 256, fullTokens: 1000)], TestEnd);
        var found = await FindAsync(tier, "b", "x", "c", "a", "b");

        Assert.Null(found[1]);
        AssertSame(Entry("b", 1), found[0]);
        AssertSame(Entry("c", 384, tokens: 256, fullTokens: 1000), found[2]);
        AssertSame(Entry("a", 384), found[3]);
        AssertSame(Entry("b", 1), found[4]);
    }

    [Fact]
    public async Task Looking_up_nothing_and_adding_nothing_is_fine()
    {
        var tier = Create();
        await tier.AddAsync([], TestEnd);
        Assert.Empty(await FindAsync(tier));
    }

    [Fact]
    public async Task A_key_that_is_there_keeps_its_vector()
    {
        var tier = Create();
        await tier.AddAsync([Entry("a", 16)], TestEnd);
        await tier.AddAsync([Entry("a", 16), Entry("a", 16)], TestEnd);
        AssertSame(Entry("a", 16), (await FindAsync(tier, "a"))[0]);
    }

    [Fact]
    public async Task Vectors_come_back_bit_for_bit()
    {
        var tier = Create();
        float[] odd = [0f, -0f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1e-38f, 1f / 3f];
        await tier.AddAsync([new CacheEntry(Key("odd"), odd, 3, 3)], TestEnd);
        var found = (await FindAsync(tier, "odd"))[0]!.BaseVector.ToArray();
        Assert.Equal(odd.Select(BitConverter.SingleToInt32Bits), found.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public async Task Readers_and_writers_at_the_same_time_never_see_anothers_vector()
    {
        var tier = Create();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(
            async () =>
            {
                var random = new Random(thread);
                for (var i = 0; i < 2000; i++)
                {
                    var name = $"text {random.Next(300)}";
                    if (random.Next(3) == 0)
                        await tier.AddAsync([Entry(name, 32)], TestEnd);
                    else if ((await FindAsync(tier, name))[0] is { } found)
                        AssertSame(Entry(name, 32), found);
                }
            },
            TestEnd)));
    }

    /// <summary>An empty tier with room for at least 1 MB.</summary>
    private protected abstract ICacheTier Create();

    private protected static CacheKey Key(string text) => CacheKey.OfText("", Identity, text);

    /// <summary>An entry whose vector follows from its text.</summary>
    private protected static CacheEntry Entry(string text, int width, int tokens = 5, int fullTokens = 5)
    {
        var random = new Random(text.Aggregate(17, (hash, c) => (hash * 31) + c));
        return new CacheEntry(Key(text), [.. Enumerable.Range(0, width).Select(_ => random.NextSingle())], tokens, fullTokens);
    }

    private protected static void AssertSame(CacheEntry expected, CacheEntry? found)
    {
        Assert.NotNull(found);
        Assert.Equal(expected.Key, found.Key);
        Assert.Equal(expected.BaseVector, found.BaseVector);
        Assert.Equal((expected.Tokens, expected.FullTokens), (found.Tokens, found.FullTokens));
    }

    private protected static async Task<CacheEntry?[]> FindAsync(ICacheTier tier, params string[] texts)
    {
        var entries = new CacheEntry?[texts.Length];
        await tier.FindAsync(Array.ConvertAll(texts, Key), entries, TestEnd);
        return entries;
    }
}
