using Quiver.Tokenization.Subwords;

namespace Quiver.Tests.Tokenization.Subwords;

public sealed class SymbolMergerTests
{
    private const int Letters = 4;
    private const int Tokens = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_three_ways_to_merge_give_the_textbook_s_result(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 400; round++)
        {
            // Ranks in no order at all: a merge may make another of lower rank possible.
            var merges = RandomMerges(random, out var table);
            var word = Enumerable.Range(0, random.Next(1, SymbolMerger.LongestScanned + 1)).Select(_ => random.Next(Letters)).ToArray();
            var expected = Textbook(word, merges);
            Assert.Equal(expected, Run(SymbolMerger.MergeByScanning, word, table));
            Assert.Equal(expected, Run(SymbolMerger.MergeByHeap, word, table));
            Assert.Equal(expected, Run(SymbolMerger.MergeByBuckets, word, table));
        }
    }

    [Fact]
    public void A_long_word_merges_the_same_by_heap_and_by_buckets()
    {
        var random = new Random(9);
        for (var round = 0; round < 20; round++)
        {
            RandomMerges(random, out var table);
            var word = Enumerable.Range(0, 20_000).Select(_ => random.Next(Letters)).ToArray();
            Assert.Equal(Run(SymbolMerger.MergeByHeap, word, table), Run(SymbolMerger.MergeByBuckets, word, table));
        }
    }

    [Fact]
    public void Lengths_add_up_to_the_word()
    {
        RandomMerges(new Random(4), out var table);
        var symbols = Enumerable.Range(0, 10_000).Select(i => new Symbol { Id = i % Letters, Length = 1 + i % 3 }).ToArray();
        var total = symbols.Sum(symbol => symbol.Length);
        var count = SymbolMerger.Merge(symbols, table);
        Assert.Equal(total, symbols[..count].Sum(symbol => symbol.Length));
    }

    private static Dictionary<(int, int), (int Rank, int Merged)> RandomMerges(Random random, out MergeTable table)
    {
        var merges = new Dictionary<(int, int), (int Rank, int Merged)>();
        var ranks = Enumerable.Range(0, Tokens).ToArray();
        random.Shuffle(ranks);
        table = new MergeTable(Tokens);
        for (var token = Letters; token < Tokens; token++)
        {
            var pair = (random.Next(token), random.Next(token));
            if (!merges.TryAdd(pair, (ranks[token], token)))
                continue;
            table.Set(pair.Item1, pair.Item2, ranks[token], token);
        }

        return merges;
    }

    private static int[] Textbook(int[] word, Dictionary<(int, int), (int Rank, int Merged)> merges)
    {
        var symbols = word.ToList();
        while (true)
        {
            var best = Enumerable.Range(0, symbols.Count - 1)
                .Where(i => merges.ContainsKey((symbols[i], symbols[i + 1])))
                .OrderBy(i => merges[(symbols[i], symbols[i + 1])].Rank)
                .ThenBy(i => i)
                .DefaultIfEmpty(-1)
                .First();
            if (best < 0)
                return [.. symbols];
            symbols[best] = merges[(symbols[best], symbols[best + 1])].Merged;
            symbols.RemoveAt(best + 1);
        }
    }

    private delegate int Merge(Span<Symbol> symbols, MergeTable merges);

    private static int[] Run(Merge merge, int[] word, MergeTable table)
    {
        var symbols = Array.ConvertAll(word, id => new Symbol { Id = id, Length = 1 });
        var count = merge(symbols, table);
        return [.. symbols[..count].Select(symbol => symbol.Id)];
    }
}
