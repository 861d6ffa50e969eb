namespace Quiver.Caching;

/// <summary>One place where vectors are kept: the process's memory, and later others behind it.</summary>
/// <remarks>
/// Implementations are thread-safe, bounded, and never wrong: what is found for a key is what was added for it, whole, or nothing. They may
/// forget anything at any time. CacheTierConformance in the tests is what each must pass.
/// </remarks>
internal interface ICacheTier
{
    /// <summary>What metrics call it ("memory").</summary>
    string Name { get; }

    /// <summary>Looks up several keys in one go.</summary>
    /// <param name="entries">[keys]; receives null where there is nothing.</param>
    ValueTask FindAsync(ReadOnlyMemory<CacheKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken);

    /// <summary>Keeps entries. One whose key is there already is dropped: the same key means the same vector.</summary>
    ValueTask AddAsync(IReadOnlyList<CacheEntry> entries, CancellationToken cancellationToken);
}
