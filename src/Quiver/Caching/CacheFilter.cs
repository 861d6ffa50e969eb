namespace Quiver.Caching;

/// <summary>Which cached vectors are meant: all, or those that fit each condition that is given.</summary>
internal sealed record CacheFilter
{
    /// <summary>Whose; null for everybody's.</summary>
    public string? Tenant { get; init; }

    /// <summary>Only what tenants share. Not together with <see cref="Tenant"/>.</summary>
    public bool SharedOnly { get; init; }

    /// <summary>The model's name, exactly.</summary>
    public string? Model { get; init; }

    /// <summary>Only what was computed before.</summary>
    public DateTimeOffset? Before { get; init; }

    public bool Matches(CacheLine line) =>
        (Tenant is null || string.Equals(line.Tenant, Tenant, StringComparison.Ordinal))
        && (!SharedOnly || line.Tenant is null)
        && (Model is null || string.Equals(line.Model, Model, StringComparison.Ordinal));
}
