namespace Quiver.Limits;

/// <summary>Whose counters a request moves.</summary>
/// <param name="Tenant">The empty string is the single user.</param>
/// <param name="Key">The key's id; null where a session or nobody asks, who then share one count per tenant.</param>
/// <param name="Address">Where the request comes from.</param>
public readonly record struct RateSubject(string Tenant, string? Key, string Address)
{
    internal CounterId IdOf(RateWindow window) => window.Scope switch
    {
        RateScope.Tenant => new(window.Unit, window.Period, window.Scope, Tenant, ""),
        RateScope.Key => new(window.Unit, window.Period, window.Scope, KeyOrSession, ""),
        RateScope.Address => new(window.Unit, window.Period, window.Scope, "", Address),
        RateScope.KeyAndAddress => new(window.Unit, window.Period, window.Scope, KeyOrSession, Address),
        _ => throw new ArgumentOutOfRangeException(nameof(window), window.Scope, "A scope that nobody is in."),
    };

    /// <summary>No key's id has a blank.</summary>
    private string KeyOrSession => Key ?? "session of " + Tenant;
}
