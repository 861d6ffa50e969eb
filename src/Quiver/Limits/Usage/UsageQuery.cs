namespace Quiver.Limits.Usage;

/// <summary>What of the usage to read.</summary>
/// <param name="From">The first day, in UTC.</param>
/// <param name="To">The last day.</param>
internal sealed record UsageQuery(DateOnly From, DateOnly To)
{
    /// <summary>Whose; null for everyone's.</summary>
    public string? Tenant { get; init; }

    /// <summary>By which key; null for any.</summary>
    public string? Key { get; init; }

    /// <summary>Of which model; null for any.</summary>
    public string? Model { get; init; }

    /// <summary>Of the database; whichever come first. What is not written yet comes on top.</summary>
    public int MaxRows { get; init; } = int.MaxValue;

    public bool Matches(in UsageKey key) =>
        key.Day >= From && key.Day <= To && (Tenant ?? key.Tenant) == key.Tenant && (Key ?? key.Key) == key.Key && (Model ?? key.Model) == key.Model;
}
