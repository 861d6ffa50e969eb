using System.Buffers;

namespace Quiver.Tokenization.Subwords;

/// <summary>One symbol of a word while it is merged: a token and the bytes it covers.</summary>
internal struct Symbol
{
    public int Id;
    public int Length;
}

/// <summary>
/// Byte-pair merging (Sennrich et al. 2016, arXiv:1508.07909): again and again the merge of lowest rank, the leftmost first. Short words by
/// scanning, long ones with a heap, endless ones by buckets: all give the same result, and no word costs more than n log n.
/// </summary>
internal static class SymbolMerger
{
    public const int LongestScanned = 48;

    /// <summary>From here on clearing a bucket per rank pays.</summary>
    private const int LongestInHeap = 8192;

    private const int NoMerge = int.MaxValue;

    /// <summary>Merges in place and returns how many symbols remain.</summary>
    public static int Merge(Span<Symbol> symbols, MergeTable merges) => symbols.Length switch
    {
        <= LongestScanned => MergeByScanning(symbols, merges),
        <= LongestInHeap => MergeByHeap(symbols, merges),
        _ => MergeByBuckets(symbols, merges),
    };

    public static int MergeByScanning(Span<Symbol> symbols, MergeTable merges)
    {
        Span<int> ranks = stackalloc int[LongestScanned];
        Span<int> merged = stackalloc int[LongestScanned];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            (ranks[i], merged[i]) = Look(symbols, i, merges);

        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                best = ranks[i] < ranks[best] ? i : best;
            if (ranks[best] == NoMerge)
                break;

            symbols[best].Id = merged[best];
            symbols[best].Length += symbols[best + 1].Length;
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
            merged[(best + 2)..count].CopyTo(merged[(best + 1)..]);
            count--;
            if (best > 0)
                (ranks[best - 1], merged[best - 1]) = Look(symbols, best - 1, merges);
            if (best + 1 < count)
                (ranks[best], merged[best]) = Look(symbols, best, merges);
        }

        return count;
    }

    private static (int Rank, int Merged) Look(ReadOnlySpan<Symbol> symbols, int i, MergeTable merges) =>
        merges.TryGet(symbols[i].Id, symbols[i + 1].Id, out var rank, out var merged) ? (rank, merged) : (NoMerge, 0);

    public static int MergeByHeap(Span<Symbol> symbols, MergeTable merges)
    {
        var heap = new MergeHeap(symbols.Length);
        var count = MergeInOrder(symbols, merges, ref heap);
        heap.Dispose();
        return count;
    }

    public static int MergeByBuckets(Span<Symbol> symbols, MergeTable merges)
    {
        var buckets = new MergeBuckets(merges.RankLimit, symbols.Length);
        var count = MergeInOrder(symbols, merges, ref buckets);
        buckets.Dispose();
        return count;
    }

    private static int MergeInOrder<TQueue>(Span<Symbol> symbols, MergeTable merges, ref TQueue queue)
        where TQueue : struct, IMergeQueue
    {
        var links = ArrayPool<int>.Shared.Rent(checked(symbols.Length * 2));
        var previous = links.AsSpan(0, symbols.Length);
        var next = links.AsSpan(symbols.Length, symbols.Length);
        for (var i = 0; i < symbols.Length; i++)
        {
            previous[i] = i - 1;
            next[i] = i + 1;
            if (i + 1 < symbols.Length && merges.TryGet(symbols[i].Id, symbols[i + 1].Id, out var rank, out _))
                queue.Push(rank, i);
        }

        while (queue.TryPop(out var rank, out var left))
        {
            var right = next[left];

            // An entry is stale when either symbol has been merged since it was made.
            if (symbols[left].Length == 0 || right == symbols.Length
                || !merges.TryGet(symbols[left].Id, symbols[right].Id, out var current, out var merged) || current != rank)
            {
                continue;
            }

            symbols[left].Id = merged;
            symbols[left].Length += symbols[right].Length;
            symbols[right].Length = 0;
            next[left] = next[right];
            if (next[left] < symbols.Length)
                previous[next[left]] = left;
            if (previous[left] >= 0 && merges.TryGet(symbols[previous[left]].Id, merged, out rank, out _))
                queue.Push(rank, previous[left]);
            if (next[left] < symbols.Length && merges.TryGet(merged, symbols[next[left]].Id, out rank, out _))
                queue.Push(rank, left);
        }

        ArrayPool<int>.Shared.Return(links);
        return Compact(symbols);
    }

    private static int Compact(Span<Symbol> symbols)
    {
        var kept = 0;
        foreach (var symbol in symbols)
        {
            if (symbol.Length > 0)
                symbols[kept++] = symbol;
        }

        return kept;
    }
}
