namespace Quiver.Server.Auth;

/// <summary>Who may come in.</summary>
internal enum AuthMode
{
    /// <summary>Callers on this machine, without a key.</summary>
    Open,

    /// <summary>Whoever has the one key.</summary>
    Single,

    /// <summary>Users, each with keys, a plan and data of his own.</summary>
    Multi,
}
