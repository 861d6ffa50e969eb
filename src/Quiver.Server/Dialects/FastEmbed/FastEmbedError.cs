using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>FastEmbed's flat error body. Clients tell errors apart by status and <see cref="Error"/>.</summary>
/// <param name="Error">The code.</param>
internal sealed record FastEmbedError(int Status, string Error, string Message)
{
    /// <summary>The limit that a text was over, for <c>text_too_long</c>.</summary>
    public long? MaxTokens { get; init; }

    /// <summary>When a limit that is used up is free again, for <c>rate_limit_exceeded</c>.</summary>
    public DateTimeOffset? ResetAt { get; init; }

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The one mapping of the engine's errors: every kind is named. Codes that FastEmbed has are used as it uses them.</summary>
    public static FastEmbedError From(QuiverException exception) => exception.Kind switch
    {
        ErrorKind.InvalidInput => InvalidRequest(400, exception.Message),
        ErrorKind.InputTooLong => new(400, "text_too_long", $"Input exceeds {exception.TokenLimit} tokens (got {exception.Tokens})") { MaxTokens = exception.TokenLimit },
        ErrorKind.RequestTooLarge => InvalidRequest(400, exception.Message),
        ErrorKind.Unauthorized => new(401, "invalid_api_key", exception.Message),
        ErrorKind.Forbidden => new(403, "forbidden", exception.Message),
        ErrorKind.ModelNotFound => new(404, "model_not_found", exception.Message),
        ErrorKind.NotFound => new(404, "not_found", exception.Message),
        ErrorKind.Conflict => new(409, "conflict", exception.Message),
        ErrorKind.QuotaExceeded => new(429, "rate_limit_exceeded", exception.Limit is { Period: "month" } ? "Monthly quota exhausted" : exception.Message)
        {
            RetryAfter = exception.RetryAfter,
            ResetAt = exception.Limit?.Reset,
        },
        ErrorKind.ProviderFailed => new(502, "provider_failed", exception.Message),
        ErrorKind.Overloaded => new(429, "overloaded", exception.Message) { RetryAfter = exception.RetryAfter },
        ErrorKind.Unavailable => new(503, "unavailable", exception.Message) { RetryAfter = exception.RetryAfter ?? TimeSpan.FromSeconds(1) },
        ErrorKind.Internal => new(500, "internal_error", "Failed to generate embedding"),
        _ => throw new ArgumentOutOfRangeException(nameof(exception), exception.Kind, "An error kind without an answer."),
    };

    public static FastEmbedError From(HttpFault fault) => fault.Status switch
    {
        404 => new(404, "not_found", fault.Message),
        405 => new(405, "method_not_allowed", fault.Message),
        408 => new(408, "request_timeout", fault.Message),
        413 => new(413, "payload_too_large", fault.Message),
        _ => InvalidRequest(fault.Status, fault.Message),
    };

    public static FastEmbedError InvalidRequest(int status, string message) => new(status, "invalid_request", message);
}

/// <summary>Ends a request with an error that only this dialect knows.</summary>
internal sealed class FastEmbedException(FastEmbedError error) : DialectException(error.Message)
{
    public override ErrorAnswer Answer => FastEmbedErrorRenderer.Render(error);
}
