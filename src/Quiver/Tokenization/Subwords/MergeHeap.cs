using System.Buffers;

namespace Quiver.Tokenization.Subwords;

/// <summary>Possible merges, the lowest rank first and the leftmost of equals: a binary heap of rank and place in one word each.</summary>
internal struct MergeHeap(int capacity) : IMergeQueue
{
    private ulong[] _entries = ArrayPool<ulong>.Shared.Rent(Math.Max(capacity, 1));
    private int _count;

    public readonly int Count => _count;

    /// <summary>Whether the first entry comes before this one.</summary>
    public readonly bool ComesBefore(int rank, int place) => _entries[0] < Entry(rank, place);

    public void Push(int rank, int place)
    {
        if (_count == _entries.Length)
            Grow();
        var entry = Entry(rank, place);
        var at = _count++;
        while (at > 0 && _entries[(at - 1) / 2] > entry)
        {
            _entries[at] = _entries[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _entries[at] = entry;
    }

    public bool TryPop(out int rank, out int place)
    {
        rank = place = 0;
        if (_count == 0)
            return false;
        rank = (int)(_entries[0] >> 32);
        place = (int)_entries[0];
        _count--;
        if (_count > 0)
            Sink(0, _entries[_count]);
        return true;
    }

    public readonly void Dispose() => ArrayPool<ulong>.Shared.Return(_entries);

    private static ulong Entry(int rank, int place) => (ulong)rank << 32 | (uint)place;

    private readonly void Sink(int at, ulong entry)
    {
        while (2 * at + 1 < _count)
        {
            var child = 2 * at + 1;
            if (child + 1 < _count && _entries[child + 1] < _entries[child])
                child++;
            if (entry <= _entries[child])
                break;
            _entries[at] = _entries[child];
            at = child;
        }

        _entries[at] = entry;
    }

    private void Grow()
    {
        var larger = ArrayPool<ulong>.Shared.Rent(checked(_entries.Length * 2));
        _entries.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<ulong>.Shared.Return(_entries);
        _entries = larger;
    }
}
