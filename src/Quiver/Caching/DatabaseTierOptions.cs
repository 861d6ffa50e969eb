namespace Quiver.Caching;

/// <summary>How much the database tier keeps, and how.</summary>
internal sealed record DatabaseTierOptions
{
    /// <summary>The most bytes of all rows.</summary>
    public long MaxBytes { get; init; } = 4L << 30;

    /// <summary>The most bytes of one tenant's rows, the shared line counting as a tenant; null for as many as the others leave.</summary>
    public long? TenantMaxBytes { get; init; }

    /// <summary>How long a vector is kept after it was computed; null for as long as there is room.</summary>
    public TimeSpan? TimeToLive { get; init; }

    public StoredElement Element { get; init; } = StoredElement.Float32;
}
