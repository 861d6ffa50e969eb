using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>Why a call to a provider gave no vectors. The operator sees it in a metric; the tenant learns only that there are none.</summary>
internal enum ProviderFault
{
    /// <summary>No address, no connection, no TLS.</summary>
    Unreachable,

    /// <summary>The name leads to an address that is not public, or the endpoint is not allowed any more.</summary>
    Unsafe,
    TimedOut,

    /// <summary>A status of 3xx: it is never followed.</summary>
    Redirected,

    /// <summary>A status of 4xx other than 429.</summary>
    Refused,

    /// <summary>429.</summary>
    Busy,

    /// <summary>A status of 5xx, or one that is none.</summary>
    Failed,

    /// <summary>The answer is larger than so many vectors can be.</summary>
    TooLarge,

    /// <summary>The answer is no JSON, or the path leads to no numbers in it.</summary>
    NoVectors,

    /// <summary>Not one vector per text.</summary>
    WrongCount,

    /// <summary>Vectors of another width than before, of several, or of none.</summary>
    WrongWidth,
    NotFinite,
}

/// <summary>A call that gave no vectors. It never leaves this folder as it is.</summary>
internal sealed class ProviderFailure(ProviderFault fault, Exception? innerException = null) : Exception(fault.ToString(), innerException)
{
    public ProviderFault Fault => fault;

    /// <summary>When the provider wants to be asked again, if it said so.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the next attempt may end otherwise.</summary>
    public bool MayPass { get; init; }

    /// <summary>One text for all faults: what differed would tell a tenant what our network looks like.</summary>
    public static QuiverException ForTenant(Exception? innerException = null) =>
        new(ErrorKind.ProviderFailed, "The configured provider did not answer with embeddings. Check its endpoint, key, template and response path.", innerException);
}
