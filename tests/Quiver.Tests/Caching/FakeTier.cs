using System.Collections.Concurrent;
using Quiver.Caching;

namespace Quiver.Tests.Caching;

/// <summary>A tier of a test's own, on demand slow or broken, that counts what it is asked.</summary>
internal sealed class FakeTier(string name = "fake") : ICacheTier
{
    private int _finds;
    private int _adds;

    public string Name => name;

    public ConcurrentDictionary<CacheKey, CacheAddition> Entries { get; } = [];

    /// <summary>Awaited by every call.</summary>
    public Func<Task> OnCall { get; set; } = () => Task.CompletedTask;

    public int Finds => Volatile.Read(ref _finds);

    public int Adds => Volatile.Read(ref _adds);

    /// <summary>The number of keys of the last lookup.</summary>
    public int LastAsked { get; private set; }

    public async ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _finds);
        LastAsked = keys.Length;
        await OnCall();
        for (var i = 0; i < keys.Length; i++)
            entries.Span[i] = Entries.TryGetValue(keys.Span[i].Key, out var found) ? found.Entry.In(keys.Span[i]) : null;
    }

    public async ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _adds);
        await OnCall();
        foreach (var addition in additions)
            Entries.AddOrUpdate(addition.Entry.Key, addition, (_, present) => addition.Text is null ? present : addition);
    }

    public async ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken)
    {
        await OnCall();
        return Entries.Values.Where(addition => filter.Matches(addition.Entry.Line)).Count(addition => Entries.TryRemove(addition.Entry.Key, out _));
    }
}
