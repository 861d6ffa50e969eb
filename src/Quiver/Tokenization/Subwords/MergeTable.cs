namespace Quiver.Tokenization.Subwords;

/// <summary>What two neighbouring symbols merge into, and how early. Immutable after loading.</summary>
internal sealed class MergeTable
{
    private readonly Entry[] _entries;
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64() | 1;

    // No pair of symbols has this key: ids are below 2^24.
    private const ulong Free = ulong.MaxValue;

    private struct Entry
    {
        public ulong Key;
        public ulong Value;
    }

    /// <param name="capacity">Pairs to make room for.</param>
    public MergeTable(int capacity)
    {
        var slots = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, capacity * 2));
        _entries = new Entry[slots];
        Array.Fill(_entries, new Entry { Key = Free });
    }

    /// <summary>One more than the largest rank.</summary>
    public int RankLimit { get; private set; }

    /// <summary>Sets a pair's merge; a later one replaces an earlier.</summary>
    public void Set(int left, int right, int rank, int merged)
    {
        RankLimit = Math.Max(RankLimit, rank + 1);
        var key = Key(left, right);
        _entries[FindSlot(key)] = new Entry { Key = key, Value = (ulong)rank << 32 | (uint)merged };
    }

    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        ref readonly var entry = ref _entries[FindSlot(Key(left, right))];
        rank = (int)(entry.Value >> 32);
        merged = (int)entry.Value;
        return entry.Key != Free;
    }

    private static ulong Key(int left, int right) => (ulong)left << 32 | (uint)right;

    private int FindSlot(ulong key)
    {
        var mask = _entries.Length - 1;
        var high = Math.BigMul(key ^ _seed, 0x9E3779B97F4A7C15, out var low);
        var slot = (int)(high ^ low) & mask;
        while (_entries[slot].Key != key && _entries[slot].Key != Free)
            slot = (slot + 1) & mask;
        return slot;
    }
}
