using System.Collections.Concurrent;

namespace Quiver.Accounts.Keys;

/// <summary>Callers kept in memory, by the full hash of what they present. Bounded; what is in it never changes.</summary>
/// <remarks>Thread-safe. A caller that is forgotten costs one look into the database.</remarks>
internal sealed class KnownCallers<TKey, TValue>(int most)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();
    private int _count;

    /// <param name="version">Which has to be that of the entry.</param>
    public bool TryGet(TKey key, long version, out TValue value)
    {
        var isKnown = _entries.TryGetValue(key, out var entry) && entry.Version == version;
        value = isKnown ? entry.Value : default!;
        return isKnown;
    }

    public void Keep(TKey key, long version, TValue value)
    {
        if (_entries.TryAdd(key, new Entry(version, value)))
        {
            // All at once: which of them were used of late is not worth counting on every request.
            if (Interlocked.Increment(ref _count) > most)
            {
                Interlocked.Exchange(ref _count, 0);
                _entries.Clear();
            }
        }
        else
        {
            _entries[key] = new Entry(version, value);
        }
    }

    private readonly record struct Entry(long Version, TValue Value);
}
