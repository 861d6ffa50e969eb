namespace Quiver.Caching;

/// <summary>How much the memory tier keeps, and for how long.</summary>
public sealed record MemoryTierOptions
{
    /// <summary>The most bytes of vectors, texts and everything around them; 0 keeps nothing.</summary>
    /// <value>256 MiB: some 140,000 vectors of 384 elements.</value>
    public long MaxBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>
    /// The most bytes of one tenant, the line that all share counting as one; null for as much as the others leave. Where tenants compete, who holds the most gives way.
    /// </summary>
    public long? TenantMaxBytes { get; init; }

    /// <summary>How long a vector is kept at most; null for as long as there is room. It would not come out differently later.</summary>
    public TimeSpan? TimeToLive { get; init; }
}
