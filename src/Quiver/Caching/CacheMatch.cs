namespace Quiver.Caching;

/// <summary>A cached vector that a search found.</summary>
/// <param name="Key">Hexadecimal digits that name the entry.</param>
/// <param name="Score">The cosine between it and the query, -1 to 1.</param>
/// <param name="Text">The text it was computed of, where the tenant keeps texts; null otherwise.</param>
/// <param name="Vector">At full width, before normalization.</param>
/// <param name="HitCount">How often it was found, as of the last report to the database; 0 without one.</param>
public sealed record CacheMatch(string Key, double Score, string? Text, ReadOnlyMemory<float> Vector, long HitCount);
