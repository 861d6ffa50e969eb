namespace Quiver.Diagnostics;

/// <summary>What went wrong, in the terms that every dialect maps to its own status and error body.</summary>
public enum ErrorKind
{
    /// <summary>The request is malformed or names an impossible value.</summary>
    InvalidInput,

    /// <summary>One input holds more tokens than the model takes, and truncation was not asked for.</summary>
    InputTooLong,

    /// <summary>The request as a whole is larger than a limit.</summary>
    RequestTooLarge,

    /// <summary>No key, or a key that is not valid.</summary>
    Unauthorized,

    /// <summary>The caller is known but may not do this.</summary>
    Forbidden,

    /// <summary>No model of that name is served.</summary>
    ModelNotFound,

    /// <summary>Nothing of that id is the caller's.</summary>
    NotFound,

    /// <summary>The request contradicts what is there already.</summary>
    Conflict,

    /// <summary>A limit of the caller's plan is used up; <see cref="QuiverException.RetryAfter"/> says when it is free again.</summary>
    QuotaExceeded,

    /// <summary>The caller's own provider did not answer, or not as it should; nothing of its answer is in the message.</summary>
    ProviderFailed,

    /// <summary>The queue is full; <see cref="QuiverException.RetryAfter"/> says when to come back.</summary>
    Overloaded,

    /// <summary>The server is draining, or something it depends on is away.</summary>
    Unavailable,

    /// <summary>A fault of the server: never the caller's.</summary>
    Internal,
}

/// <summary>The one error type of the engine. Each dialect renders it exhaustively by <see cref="Kind"/>.</summary>
/// <remarks>Messages are written for the caller and hold no secret and no text of a user's.</remarks>
public sealed class QuiverException : Exception
{
    public QuiverException(ErrorKind kind, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Kind = kind;
    }

    public ErrorKind Kind { get; }

    /// <summary>The request member at fault ("input", "dimensions"), or null where no single one is.</summary>
    public string? Parameter { get; init; }

    /// <summary>When the caller may try again; only for <see cref="ErrorKind.QuotaExceeded"/>, <see cref="ErrorKind.Overloaded"/> and <see cref="ErrorKind.Unavailable"/>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Which limit is used up; only for <see cref="ErrorKind.QuotaExceeded"/>.</summary>
    public ExceededLimit? Limit { get; init; }

    /// <summary>The position in the request of the input at fault, from 0, or null where it is not one input's.</summary>
    public int? InputIndex { get; init; }

    /// <summary>How many tokens the input or the request has; only for <see cref="ErrorKind.InputTooLong"/> and <see cref="ErrorKind.RequestTooLarge"/>.</summary>
    public long? Tokens { get; init; }

    /// <summary>How many tokens it may have; set where <see cref="Tokens"/> is.</summary>
    public long? TokenLimit { get; init; }
}
