using System.Buffers;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// Possible merges of a very long word, by rank. Merging mostly runs upwards through the ranks, so that the places of one rank can be
/// collected, sorted once and walked from left to right: sequential memory where a heap of millions jumps about. What turns up for a
/// rank that has been reached already goes through a heap, so that the order is exactly that of <see cref="MergeHeap"/>.
/// </summary>
internal struct MergeBuckets : IMergeQueue
{
    private readonly int _rankCount;
    private readonly int[] _heads;
    private int[] _places;
    private int[] _nexts;
    private int _used;

    private int _rank = -1;
    private int[] _current = [];
    private int _currentCount;
    private int _currentAt;
    private MergeHeap _late = new(64);

    /// <param name="rankCount">One more than the largest rank.</param>
    /// <param name="capacity">Entries to make room for.</param>
    public MergeBuckets(int rankCount, int capacity)
    {
        _rankCount = rankCount;
        _heads = ArrayPool<int>.Shared.Rent(Math.Max(rankCount, 1));
        _heads.AsSpan(0, rankCount).Fill(-1);
        _places = ArrayPool<int>.Shared.Rent(capacity);
        _nexts = ArrayPool<int>.Shared.Rent(capacity);
    }

    public void Push(int rank, int place)
    {
        if (rank <= _rank)
        {
            _late.Push(rank, place);
            return;
        }

        if (_used == Math.Min(_places.Length, _nexts.Length))
            Grow();
        _places[_used] = place;
        _nexts[_used] = _heads[rank];
        _heads[rank] = _used++;
    }

    public bool TryPop(out int rank, out int place)
    {
        while (_currentAt == _currentCount && _late.Count == 0 && _rank + 1 < _rankCount)
            Collect(++_rank);

        rank = _rank;
        if (_late.Count > 0 && (_currentAt == _currentCount || _late.ComesBefore(_rank, _current[_currentAt])))
            return _late.TryPop(out rank, out place);
        place = _currentAt < _currentCount ? _current[_currentAt] : 0;
        return _currentAt++ < _currentCount;
    }

    public readonly void Dispose()
    {
        ArrayPool<int>.Shared.Return(_heads);
        ArrayPool<int>.Shared.Return(_places);
        ArrayPool<int>.Shared.Return(_nexts);
        if (_current.Length > 0)
            ArrayPool<int>.Shared.Return(_current);
        _late.Dispose();
    }

    private void Collect(int rank)
    {
        _currentAt = _currentCount = 0;
        var isSorted = true;
        for (var entry = _heads[rank]; entry >= 0; entry = _nexts[entry])
        {
            if (_currentCount == _current.Length)
                Resize(ref _current, Math.Max(1024, _current.Length * 2), _currentCount);
            isSorted &= _currentCount == 0 || _current[_currentCount - 1] <= _places[entry];
            _current[_currentCount++] = _places[entry];
        }

        if (!isSorted)
            _current.AsSpan(0, _currentCount).Sort();
    }

    private void Grow()
    {
        Resize(ref _places, checked(_used * 2), _used);
        Resize(ref _nexts, _places.Length, _used);
    }

    private static void Resize(ref int[] array, int size, int used)
    {
        var larger = ArrayPool<int>.Shared.Rent(size);
        array.AsSpan(0, used).CopyTo(larger);
        if (array.Length > 0)
            ArrayPool<int>.Shared.Return(array);
        array = larger;
    }
}
