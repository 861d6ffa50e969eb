namespace Quiver.Accounts;

/// <summary>The numbers of <see cref="PlanPresets"/>, as the services document them unless an operator says otherwise. Each is at least 1.</summary>
public sealed record PresetLimits
{
    /// <summary>Items a day of embedcache-free.</summary>
    public long EmbedCacheFree { get; init; } = 1000;

    /// <summary>Items a day of embedcache-paid.</summary>
    public long EmbedCachePaid { get; init; } = 50_000;

    /// <summary>Requests a month of fastembed-free.</summary>
    public long FastEmbedFree { get; init; } = 20_000;

    /// <summary>Requests a month of fastembed-pro.</summary>
    public long FastEmbedPro { get; init; } = 100_000;

    /// <summary>Requests a month of fastembed-scale.</summary>
    public long FastEmbedScale { get; init; } = 2_000_000;

    /// <summary>Requests a minute of tkr-embed, whose burst refills at this rate.</summary>
    public long TkrEmbedPerMinute { get; init; } = 60;
}
