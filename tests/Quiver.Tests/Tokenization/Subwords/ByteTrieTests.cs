using Quiver.Tokenization.Subwords;

namespace Quiver.Tests.Tokenization.Subwords;

public sealed class ByteTrieTests
{
    [Theory]
    [InlineData(1, 2, 3)]
    [InlineData(2, 3, 40)]
    [InlineData(3, 4, 2_000)]
    [InlineData(4, 256, 2_000)]
    public void The_longest_key_at_the_start_of_a_text_is_found_whatever_the_keys(int seed, int alphabet, int count)
    {
        var random = new Random(seed);
        var keys = Enumerable.Range(0, count).Select(_ => Bytes(random, alphabet, 1 + random.Next(12))).DistinctBy(Convert.ToHexString).ToArray();
        var trie = ByteTrie.Build(keys.Select((key, i) => (key, i)));

        foreach (var text in keys.Concat(Enumerable.Range(0, 500).Select(_ => Bytes(random, alphabet, random.Next(16)))))
        {
            var longest = keys.Where(key => text.AsSpan().StartsWith(key)).MaxBy(key => key.Length);
            Assert.Equal(longest is not null, trie.TryMatchLongest(text, out var length, out var value));
            Assert.Equal(longest?.Length ?? 0, length);
            Assert.Equal(longest is null ? -1 : Array.IndexOf(keys, longest), value);
        }
    }

    /// <summary>Each key the beginning of the next: as deep as sorting can be made to go.</summary>
    [Fact]
    public void Keys_that_go_on_from_one_another_are_all_found()
    {
        var keys = Enumerable.Range(1, 4_000).Select(length => new byte[length]).ToArray();
        var trie = ByteTrie.Build(keys.Select((key, i) => (key, i)));

        foreach (var length in (int[])[1, 2, 1_999, 4_000])
        {
            Assert.True(trie.TryMatchLongest(new byte[length], out var matched, out var value));
            Assert.Equal((length, length - 1), (matched, value));
        }
    }

    [Fact]
    public void Without_keys_nothing_is_found() => Assert.False(ByteTrie.Build([]).TryMatchLongest("a"u8, out _, out _));

    private static byte[] Bytes(Random random, int alphabet, int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(alphabet))];
}
