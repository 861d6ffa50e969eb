namespace Quiver.Caching;

/// <summary>The entries that hold ready texts, and which of them loses its texts when there is no room: first in, first out, with a second chance.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class KeptTexts
{
    private readonly LinkedList<CacheEntry> _entries = [];

    public long Bytes { get; private set; }

    public void Add(CacheEntry entry, VectorTextKind kind, byte[] text)
    {
        Bytes -= entry.TextBytes;
        entry.SetText(kind, text);
        Bytes += entry.TextBytes;
        if (entry.TextPlace is null)
            entry.TextPlace = _entries.AddLast(entry);
    }

    /// <summary>Drops an entry's texts, if it has any.</summary>
    public void Remove(CacheEntry entry)
    {
        if (entry.TextPlace is not { } place)
            return;
        _entries.Remove(place);
        entry.TextPlace = null;
        Bytes -= entry.TextBytes;
        entry.SetText(VectorTextKind.Numbers, null);
        entry.SetText(VectorTextKind.Base64, null);
    }

    /// <summary>Drops the texts of the entry whose texts are worth least. There must be one.</summary>
    public void Evict()
    {
        while (_entries.First is { Value: { TextUsed: true } entry } place)
        {
            entry.TextUsed = false;
            _entries.Remove(place);
            _entries.AddLast(place);
        }

        Remove(_entries.First!.Value);
    }
}
