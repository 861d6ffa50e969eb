using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// Remembers the tokens of words, in 4 MB and never more: one table of fixed slots, where a new word takes its slot from whatever was
/// there. A short word costs one cache line.
/// </summary>
/// <remarks>
/// Thread-safe without locks: each slot is a sequence lock. A writer makes the version odd, writes, and makes it even again; a reader that
/// sees an odd version, or another one afterwards, takes the word for unknown. Nobody ever waits.
/// </remarks>
internal sealed unsafe class WordCache
{
    public const int LongestKey = HeadKey + TailKey;

    private const int Slots = 1 << 15;
    private const int HeadKey = 24;
    private const int TailKey = 40;
    private const int HeadIds = 6;
    private const int MostIds = HeadIds + 6;

    // Pinned and used from an aligned address, so that a slot is exactly two cache lines. The array is kept to keep the memory.
    private readonly Slot[] _memory = GC.AllocateArray<Slot>(Slots + 1, pinned: true);
    private readonly Slot* _slots;

    public WordCache()
    {
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _slots = (Slot*)((start + (nuint)sizeof(Slot) - 1) / (nuint)sizeof(Slot) * (nuint)sizeof(Slot));
    }

    /// <summary>The first line serves words of up to 24 bytes and 6 tokens; the second is only touched for others.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct Slot
    {
        public ulong Hash;
        public int Version;
        public short KeyLength;
        public short IdCount;
        public fixed byte Key[HeadKey];
        public fixed int Ids[HeadIds];
        public fixed byte MoreKey[TailKey];
        public fixed int MoreIds[MostIds - HeadIds];
    }

    /// <summary>Appends the tokens of a word, if it is known.</summary>
    public bool TryAppend(ulong hash, ReadOnlySpan<byte> key, TokenIdBuffer ids)
    {
        var slot = _slots + (hash & (Slots - 1));
        var version = Volatile.Read(ref slot->Version);
        if ((version & 1) != 0 || slot->Hash != hash || slot->KeyLength != key.Length || !KeyEquals(slot, key))
            return false;

        // The count is read once and bounded: while a writer is at work it may be anything.
        var count = Math.Clamp((int)slot->IdCount, 0, MostIds);
        var before = ids.Count;
        ids.Add(new ReadOnlySpan<int>(slot->Ids, Math.Min(count, HeadIds)));
        if (count > HeadIds)
            ids.Add(new ReadOnlySpan<int>(slot->MoreIds, count - HeadIds));
        Volatile.ReadBarrier();
        if (slot->Version == version)
            return true;
        ids.CutTo(before);
        return false;
    }

    public void Add(ulong hash, ReadOnlySpan<byte> key, ReadOnlySpan<int> ids)
    {
        // An empty slot has length 0: a word never does.
        if (key.Length is 0 or > LongestKey || ids.Length > MostIds)
            return;
        var slot = _slots + (hash & (Slots - 1));
        var version = Volatile.Read(ref slot->Version);
        if ((version & 1) != 0 || Interlocked.CompareExchange(ref slot->Version, version + 1, version) != version)
            return;

        slot->Hash = hash;
        slot->KeyLength = (short)key.Length;
        slot->IdCount = (short)ids.Length;
        key[..Math.Min(key.Length, HeadKey)].CopyTo(new Span<byte>(slot->Key, HeadKey));
        ids[..Math.Min(ids.Length, HeadIds)].CopyTo(new Span<int>(slot->Ids, HeadIds));
        if (key.Length > HeadKey)
            key[HeadKey..].CopyTo(new Span<byte>(slot->MoreKey, TailKey));
        if (ids.Length > HeadIds)
            ids[HeadIds..].CopyTo(new Span<int>(slot->MoreIds, MostIds - HeadIds));
        Volatile.Write(ref slot->Version, version + 2);
    }

    private static bool KeyEquals(Slot* slot, ReadOnlySpan<byte> key)
    {
        if (key.Length <= HeadKey)
            return key.SequenceEqual(new ReadOnlySpan<byte>(slot->Key, key.Length));
        return key[..HeadKey].SequenceEqual(new ReadOnlySpan<byte>(slot->Key, HeadKey))
            && key[HeadKey..].SequenceEqual(new ReadOnlySpan<byte>(slot->MoreKey, key.Length - HeadKey));
    }
}
