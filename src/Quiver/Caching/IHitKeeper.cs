namespace Quiver.Caching;

/// <summary>A tier that remembers how often its entries were found, in whatever tier.</summary>
internal interface IHitKeeper
{
    /// <summary>Adds to the counts of entries. Keys it does not hold are ignored.</summary>
    ValueTask CountHitsAsync(IReadOnlyList<EntryHits> hits, CancellationToken cancellationToken);
}

/// <param name="Count">How often it was found since it was last told.</param>
/// <param name="LastAt">When last, in Unix milliseconds.</param>
internal readonly record struct EntryHits(CacheKey Key, long Count, long LastAt);
