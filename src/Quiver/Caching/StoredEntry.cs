namespace Quiver.Caching;

/// <summary>An entry with what a database knows of it beside.</summary>
internal readonly record struct StoredEntry(CacheEntry Entry, string? Text, long HitCount);
