using System.Diagnostics.CodeAnalysis;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// Remembers the tokens of words. A fixed number of slots, each holding one immutable entry or none; a new word takes its slot from
/// whatever was there. Readers and writers need no lock: an entry is published as a whole by one reference write.
/// </summary>
/// <remarks>Bounded by slots × (<see cref="LongestKey"/> + 4 × <see cref="MostIds"/> + object headers): at most about 9 MB when full.</remarks>
internal sealed class WordCache
{
    private const int Slots = 1 << 15;
    private const int LongestKey = 64;
    private const int MostIds = 32;

    private readonly Entry?[] _entries = new Entry?[Slots];

    private sealed class Entry(ulong hash, byte[] key, int[] ids)
    {
        public readonly ulong Hash = hash;
        public readonly byte[] Key = key;
        public readonly int[] Ids = ids;
    }

    public bool TryGet(ulong hash, ReadOnlySpan<byte> key, [NotNullWhen(true)] out int[]? ids)
    {
        var entry = Volatile.Read(ref _entries[hash & (Slots - 1)]);
        if (entry is not null && entry.Hash == hash && key.SequenceEqual(entry.Key))
        {
            ids = entry.Ids;
            return true;
        }

        ids = null;
        return false;
    }

    public void Add(ulong hash, ReadOnlySpan<byte> key, ReadOnlySpan<int> ids)
    {
        if (key.Length <= LongestKey && ids.Length <= MostIds)
            Volatile.Write(ref _entries[hash & (Slots - 1)], new Entry(hash, key.ToArray(), ids.ToArray()));
    }
}
