using Quiver.Diagnostics;
using Quiver.Server.FastApi;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>An error as tkr-embed words it. Clients tell errors apart by <see cref="Code"/>.</summary>
/// <param name="Code">"VALIDATION_ERROR", or "HTTP_" and the status.</param>
internal sealed record TkrEmbedError(int Status, string Code, string Message)
{
    /// <summary>What is wrong with the request, where that is the error.</summary>
    public IReadOnlyList<FieldError> Fields { get; private init; } = [];

    public TimeSpan? RetryAfter { get; init; }

    public static TkrEmbedError Invalid(IReadOnlyList<FieldError> fields) => new(422, "VALIDATION_ERROR", "Request validation failed") { Fields = fields };

    public static TkrEmbedError Http(int status, string message) => new(status, $"HTTP_{status}", message);

    /// <summary>The one mapping of the engine's errors: every kind is named. Codes that the service has are used as it uses them.</summary>
    public static TkrEmbedError From(QuiverException exception) => exception.Kind switch
    {
        ErrorKind.InvalidInput => new(400, "VALIDATION_ERROR", exception.Message),
        ErrorKind.InputTooLong => new(400, "VALIDATION_ERROR", exception.Message),
        ErrorKind.RequestTooLarge => Http(413, exception.Message),
        ErrorKind.Unauthorized => Http(401, exception.Message),
        ErrorKind.Forbidden => Http(403, exception.Message),
        ErrorKind.ModelNotFound => Http(404, exception.Message),
        ErrorKind.NotFound => Http(404, exception.Message),
        ErrorKind.Conflict => Http(409, exception.Message),
        ErrorKind.QuotaExceeded => Http(429, exception.Message) with { RetryAfter = exception.RetryAfter },
        ErrorKind.ProviderFailed => Http(502, exception.Message),
        ErrorKind.Overloaded => new(503, "RESOURCE_EXHAUSTED", exception.Message) { RetryAfter = exception.RetryAfter },
        ErrorKind.Unavailable => new(503, "MODEL_NOT_READY", exception.Message) { RetryAfter = exception.RetryAfter ?? TimeSpan.FromSeconds(1) },
        ErrorKind.Internal => new(500, "INTERNAL_ERROR", "Internal server error"),
        _ => throw new ArgumentOutOfRangeException(nameof(exception), exception.Kind, "An error kind without an answer."),
    };
}

/// <summary>Ends a request with an error that only this dialect knows.</summary>
internal sealed class TkrEmbedException(TkrEmbedError error) : DialectException(error.Message)
{
    /// <summary>Reads this dialect's bodies: 422 with all that is wrong, 400 for bytes that are no text.</summary>
    public static BodyReader Bodies { get; } = new(fields => new TkrEmbedException(TkrEmbedError.Invalid(fields)), message => new TkrEmbedException(TkrEmbedError.Http(400, message)));

    public override ErrorAnswer Answer => TkrEmbedErrorRenderer.Render(error);
}
