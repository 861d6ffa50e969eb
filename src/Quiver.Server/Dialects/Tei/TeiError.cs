using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>TEI's error body: a text, and one of its own types. Its clients tell errors apart by status and type.</summary>
internal sealed record TeiError(int Status, string Type, string Message)
{
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What it counts as; null where the status says that.</summary>
    public ErrorKind? Kind { get; init; }

    /// <summary>The one mapping of the engine's errors: every kind is named.</summary>
    public static TeiError From(QuiverException exception) => exception.Kind switch
    {
        ErrorKind.InvalidInput or ErrorKind.RequestTooLarge => Invalid(exception.Message),
        // "Less than" is TEI's word for what may be as many.
        ErrorKind.InputTooLong => Invalid($"`inputs` must have less than {exception.TokenLimit} tokens. Given: {exception.Tokens}"),
        ErrorKind.Unauthorized => new(401, "", ""),
        ErrorKind.Forbidden => new(403, "Validation", exception.Message),
        ErrorKind.ModelNotFound => new(404, "Validation", exception.Message),
        ErrorKind.NotFound => new(404, "Validation", exception.Message),
        ErrorKind.Conflict => new(409, "Validation", exception.Message),
        ErrorKind.QuotaExceeded => new(429, "Overloaded", exception.Message) { RetryAfter = exception.RetryAfter },
        ErrorKind.ProviderFailed => new(502, "Backend", exception.Message),
        ErrorKind.Overloaded => new(429, "Overloaded", "Model is overloaded") { RetryAfter = exception.RetryAfter },
        ErrorKind.Unavailable => new(503, "Unhealthy", exception.Message) { RetryAfter = exception.RetryAfter ?? TimeSpan.FromSeconds(1) },
        ErrorKind.Internal => Backend("The server had an error while processing your request. Its log has more under the request id of this answer."),
        _ => throw new ArgumentOutOfRangeException(nameof(exception), exception.Kind, "An error kind without an answer."),
    };

    public static TeiError Invalid(string message) => new(422, "Validation", $"Input validation error: {message}");

    public static TeiError Empty(string message) => new(400, "Empty", message);

    /// <summary>A model of another kind is needed for this route.</summary>
    public static TeiError OtherModel(string message) => Backend(message) with { Kind = ErrorKind.ModelNotFound };

    private static TeiError Backend(string message) => new(424, "Backend", $"Backend error: {message}") { Kind = ErrorKind.Internal };
}

/// <summary>Ends a request with an error that only this dialect knows.</summary>
internal sealed class TeiException(TeiError error) : DialectException(error.Message)
{
    public TeiError Error => error;

    public override ErrorAnswer Answer => TeiErrorRenderer.Render(error);

    public override ErrorKind? Kind => error.Kind;
}
