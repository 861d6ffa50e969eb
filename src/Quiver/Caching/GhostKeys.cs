namespace Quiver.Caching;

/// <summary>Keys of entries evicted not long ago, without their vectors: who comes back from here was evicted too early.</summary>
/// <remarks>Not thread-safe. 64 bits of a key are enough: a mistaken ghost costs a place in the queue, never a wrong vector.</remarks>
internal sealed class GhostKeys
{
    /// <summary>Bytes of one ghost in the two collections, spare room included.</summary>
    public const int BytesPerKey = 56;

    private readonly Queue<long> _order = new();
    private readonly HashSet<long> _fingerprints = [];

    public int Count => _order.Count;

    public void Add(CacheKey key)
    {
        if (_fingerprints.Add(key.Fingerprint))
            _order.Enqueue(key.Fingerprint);
    }

    /// <summary>Whether a key is here; it stays until its turn, so that order and set agree.</summary>
    public bool Contains(CacheKey key) => _fingerprints.Contains(key.Fingerprint);

    public void DropOldest() => _fingerprints.Remove(_order.Dequeue());
}
