namespace Quiver.Accounts;

/// <summary>Who makes a request, and what they may do. Immutable: one is shared by all requests of a key.</summary>
/// <param name="Tenant">Whose data is read and written. The empty string is the single user, of a server without accounts.</param>
/// <param name="Plan">The limits and rights that hold.</param>
/// <param name="Scopes">What the key or session may be used for.</param>
public sealed record Caller(string Tenant, Plan Plan, Scopes Scopes)
{
    /// <summary>The whole world of a server without accounts.</summary>
    public static Caller SingleUser { get; } = new("", Plan.Unlimited, Scopes.All);

    /// <summary>The key's id (never the key, nor its hash), or null where a session or nobody asks.</summary>
    public string? KeyId { get; init; }

    /// <summary>Whether the caller may do what any of <paramref name="needed"/> stands for.</summary>
    public bool May(Scopes needed) => (Scopes & needed) != Scopes.None;
}
