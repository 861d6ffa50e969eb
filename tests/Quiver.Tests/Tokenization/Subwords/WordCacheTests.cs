using Quiver.Tokenization;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tests.Tokenization.Subwords;

public sealed class WordCacheTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(24, 6)]
    [InlineData(25, 7)]
    [InlineData(64, 12)]
    public void A_word_that_fits_is_remembered_whole(int keyLength, int idCount)
    {
        var cache = new WordCache();
        var key = Enumerable.Range(0, keyLength).Select(i => (byte)i).ToArray();
        var ids = Enumerable.Range(100, idCount).ToArray();
        cache.Add(7, key, ids);

        var found = new TokenIdBuffer();
        found.Add(1);
        Assert.True(cache.TryAppend(7, key, found));
        Assert.Equal([1, .. ids], found.Ids.ToArray());

        key[^1]++;
        Assert.False(cache.TryAppend(7, key, found));
        Assert.Equal(1 + idCount, found.Count);
    }

    [Theory]
    [InlineData(65, 1)]
    [InlineData(1, 13)]
    public void A_word_that_does_not_fit_is_not_remembered(int keyLength, int idCount)
    {
        var cache = new WordCache();
        cache.Add(7, new byte[keyLength], new int[idCount]);
        Assert.False(cache.TryAppend(7, new byte[keyLength], new TokenIdBuffer()));
    }

    [Fact]
    public void A_newer_word_takes_the_slot_of_an_older_one()
    {
        var cache = new WordCache();
        var ids = new TokenIdBuffer();
        cache.Add(7, "one"u8, [1]);
        cache.Add(7, "two"u8, [2]);
        Assert.False(cache.TryAppend(7, "one"u8, ids));
        Assert.True(cache.TryAppend(7, "two"u8, ids));
        Assert.Equal([2], ids.Ids.ToArray());
    }

    [Fact]
    public void Readers_never_see_half_of_a_write()
    {
        // All words fight for one slot; each word's ids tell which word they belong to.
        var cache = new WordCache();
        var words = Enumerable.Range(0, 8).Select(i => Enumerable.Repeat((byte)('a' + i), 3 + i * 7).ToArray()).ToArray();
        Parallel.For(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, thread =>
        {
            var ids = new TokenIdBuffer();
            for (var i = 0; i < 200_000; i++)
            {
                var word = (i * 5 + thread) % words.Length;
                ids.Clear();
                if (cache.TryAppend(7, words[word], ids))
                    Assert.Equal(Enumerable.Repeat(word, 1 + word).ToArray(), ids.Ids.ToArray());
                else
                    cache.Add(7, words[word], [.. Enumerable.Repeat(word, 1 + word)]);
            }
        });
    }
}
