using System.Runtime.InteropServices;

namespace Quiver.Tokenization.Subwords;

/// <summary>Sorts byte strings and lays them out as a <see cref="ByteTrie"/>. For one use.</summary>
/// <remarks>
/// Written over plain arrays: a vocabulary is read at every start, and the framework's sort and queue over a struct of our own would be
/// compiled then, without optimization, and take several times as long as the work.
/// </remarks>
internal sealed class ByteTrieBuilder
{
    private const int EndOfKey = -1;

    private readonly List<byte[]> _keys = [];
    private readonly List<int> _values = [];

    /// <param name="key">Not empty, and not added before.</param>
    /// <param name="value">0 or more.</param>
    public void Add(byte[] key, int value)
    {
        _keys.Add(key);
        _values.Add(value);
    }

    public ByteTrie Build()
    {
        var keys = CollectionsMarshal.AsSpan(_keys);
        var sorted = CollectionsMarshal.AsSpan(_values);
        Sort(keys, sorted, new Part(0, keys.Length, Depth: 0));

        // Breadth first: node i holds the keys from starts[i] to ends[i], which agree up to its depth.
        var firstChild = new List<int>();
        var labels = new List<byte> { 0 };
        var values = new List<int> { ByteTrie.None };
        List<int> starts = [0], ends = [keys.Length], depths = [0];
        for (var node = 0; node < labels.Count; node++)
        {
            firstChild.Add(labels.Count);
            var (start, depth) = (starts[node], depths[node]);
            if (start < ends[node] && keys[start].Length == depth)
                start++;
            while (start < ends[node])
            {
                var label = keys[start][depth];
                var end = start + 1;
                while (end < ends[node] && keys[end][depth] == label)
                    end++;
                labels.Add(label);
                values.Add(keys[start].Length == depth + 1 ? sorted[start] : ByteTrie.None);
                starts.Add(start);
                ends.Add(end);
                depths.Add(depth + 1);
                start = end;
            }
        }

        firstChild.Add(labels.Count);
        return new ByteTrie([.. firstChild], [.. labels], [.. values]);
    }

    /// <summary>Quicksort in three parts on one byte at a time (Bentley, Sedgewick: Fast algorithms for sorting and searching strings, 1997).</summary>
    /// <remarks>It looks at a byte of a key a few times, not at each comparison again.</remarks>
    private static void Sort(Span<byte[]> keys, Span<int> values, Part part)
    {
        while (part.Count > 1)
        {
            var depth = part.Depth;
            var pivot = MiddleOf(ByteAt(keys[part.Start], depth), ByteAt(keys[part.Start + part.Count / 2], depth), ByteAt(keys[part.End - 1], depth));
            var (less, i, more) = (part.Start, part.Start, part.End);
            while (i < more)
            {
                var label = ByteAt(keys[i], depth);
                if (label < pivot)
                    Swap(keys, values, less++, i++);
                else if (label > pivot)
                    Swap(keys, values, --more, i);
                else
                    i++;
            }

            var below = part with { End = less };
            var above = part with { Start = more };
            var equal = new Part(less, pivot == EndOfKey ? less : more, depth + 1);
            // The largest last, and in this frame: so no vocabulary makes the recursion deeper than its keys can be halved.
            if (below.Count > above.Count)
                (below, above) = (above, below);
            if (above.Count > equal.Count)
                (above, equal) = (equal, above);
            Sort(keys, values, below);
            Sort(keys, values, above);
            part = equal;
        }
    }

    private static int ByteAt(byte[] key, int depth) => depth < key.Length ? key[depth] : EndOfKey;

    private static int MiddleOf(int one, int two, int three) => Math.Max(Math.Min(one, two), Math.Min(Math.Max(one, two), three));

    private static void Swap(Span<byte[]> keys, Span<int> values, int one, int other)
    {
        (keys[one], keys[other]) = (keys[other], keys[one]);
        (values[one], values[other]) = (values[other], values[one]);
    }

    /// <summary>Keys that agree in their first bytes, as many as <paramref name="Depth"/> says.</summary>
    private readonly record struct Part(int Start, int End, int Depth)
    {
        public int Count => End - Start;
    }
}
