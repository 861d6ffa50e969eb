namespace Quiver.Caching;

/// <summary>One place where vectors are kept: the process's memory, a Redis, a database.</summary>
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
    /// <exception cref="Exception">The tier is away. The memory tier never is; <see cref="CircuitTier"/> makes a miss of it.</exception>
    ValueTask FindAsync(ReadOnlyMemory<LineKey> keys, Memory<CacheEntry?> entries, CancellationToken cancellationToken);

    /// <summary>Keeps entries. One whose key is there already is dropped: the same key means the same vector.</summary>
    /// <inheritdoc cref="FindAsync"/>
    ValueTask AddAsync(IReadOnlyList<CacheAddition> additions, CancellationToken cancellationToken);

    /// <summary>Forgets what a filter matches.</summary>
    /// <returns>How many entries.</returns>
    /// <inheritdoc cref="FindAsync"/>
    ValueTask<long> ClearAsync(CacheFilter filter, CancellationToken cancellationToken);
}

/// <summary>An entry on its way into a tier.</summary>
/// <param name="Text">The input's text, for tenants that keep their texts; null for all others. Only a database keeps it.</param>
internal readonly record struct CacheAddition(CacheEntry Entry, string? Text = null);
