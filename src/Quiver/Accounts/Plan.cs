using Quiver.Limits;

namespace Quiver.Accounts;

/// <summary>A named set of limits and rights, from configuration or a preset. Immutable.</summary>
/// <param name="Name">Unique ("embedcache-free").</param>
public sealed record Plan(string Name)
{
    /// <summary>The plan of a server without accounts.</summary>
    public static Plan Unlimited { get; } = new("unlimited");

    /// <summary>What a dialect calls it ("free").</summary>
    public string ShortName { get; init; } = Name;

    /// <summary>All of them hold at once; none is no limit.</summary>
    public IReadOnlyList<RateWindow> Windows { get; init; } = [];

    /// <summary>Whether new vectors come from the tenant's own provider only.</summary>
    public bool OwnProviderOnly { get; init; }

    /// <summary>What an input found in the cache counts, as a share of a computed one: 0 is free.</summary>
    public double HitCost { get; init; }

    /// <summary>The most bytes of the tenant's own lines in each cache tier; null is the tier's own share.</summary>
    public long? CacheBytes { get; init; }
}
