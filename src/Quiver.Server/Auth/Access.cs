using Quiver.Accounts;

namespace Quiver.Server.Auth;

/// <summary>
/// What a caller must show to be let in, as metadata: every endpoint has one, and a server with an endpoint that has none does not start
/// (<see cref="EndpointAccess"/>). An endpoint's own goes over its group's.
/// </summary>
internal sealed record Access
{
    private Access(Scopes scopes, bool takesKey, bool takesSession) => (Scopes, TakesKey, TakesSession) = (scopes, takesKey, takesSession);

    /// <summary>Open to the world: health, documentation, signing up and logging in.</summary>
    public static Access Anyone { get; } = new(Scopes.None, takesKey: false, takesSession: false);

    /// <summary>A key, whatever it is for.</summary>
    public static Access AnyKey { get; } = Key(Scopes.All);

    /// <summary>A log-in: what a key that leaked must not be enough for.</summary>
    public static Access Session { get; } = new(Scopes.All, takesKey: false, takesSession: true);

    /// <summary>An administrator, by key or by log-in.</summary>
    public static Access Admin { get; } = SessionOrKey(Scopes.Admin);

    /// <summary>Any of these is enough.</summary>
    public Scopes Scopes { get; }

    public bool TakesKey { get; }

    public bool TakesSession { get; }

    public bool IsAnyone => !TakesKey && !TakesSession;

    /// <summary>A key for any of <paramref name="scopes"/>. A session is none.</summary>
    public static Access Key(Scopes scopes) => new(scopes, takesKey: true, takesSession: false);

    /// <summary>A log-in, or a key for any of <paramref name="scopes"/>.</summary>
    public static Access SessionOrKey(Scopes scopes) => new(scopes, takesKey: true, takesSession: true);
}
