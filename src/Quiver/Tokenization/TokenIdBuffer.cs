namespace Quiver.Tokenization;

/// <summary>Token ids of one text at a time, in an array that grows and is used again. Not thread-safe: one per caller.</summary>
public sealed class TokenIdBuffer
{
    private int[] _ids;

    /// <param name="capacity">Ids to make room for at once.</param>
    public TokenIdBuffer(int capacity = 512)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _ids = new int[capacity];
    }

    public int Count { get; private set; }

    /// <summary>The ids; valid until the buffer is next written to.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int id)
    {
        if (Count == _ids.Length)
            Array.Resize(ref _ids, (int)Math.Min(2L * _ids.Length, Array.MaxLength));
        _ids[Count++] = id;
    }

    public void Add(ReadOnlySpan<int> ids)
    {
        while (_ids.Length - Count < ids.Length)
            Array.Resize(ref _ids, (int)Math.Min(2L * _ids.Length, Array.MaxLength));
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }

    /// <summary>Drops what lies behind the first <paramref name="count"/> ids.</summary>
    internal void CutTo(int count) => Count = count;

    /// <summary>Drops the first <paramref name="count"/> ids behind <paramref name="start"/>.</summary>
    internal void Remove(int start, int count)
    {
        _ids.AsSpan(start + count, Count - start - count).CopyTo(_ids.AsSpan(start));
        Count -= count;
    }
}
