using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>OpenAI's error body and what goes with it. Clients tell errors apart by status, type and code.</summary>
internal sealed record OpenAiError(int Status, string Message, string? Param = null, string? Code = null)
{
    public string Type { get; init; } = "invalid_request_error";

    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The one mapping of the engine's errors: every kind is named.</summary>
    public static OpenAiError From(QuiverException exception) => From(exception, exception.InputIndex);

    /// <param name="index">The place of the input at fault in the caller's list, where it is not that in the engine's.</param>
    public static OpenAiError From(QuiverException exception, int? index) => exception.Kind switch
    {
        ErrorKind.InvalidInput => new(400, At(index) + exception.Message, exception.Parameter, "invalid_value"),
        ErrorKind.InputTooLong => new(400, TooLong(exception, index)),
        ErrorKind.RequestTooLarge => new(400, exception.Message, null, "max_tokens_per_request") { Type = "max_tokens_per_request" },
        ErrorKind.Unauthorized => new(401, exception.Message, null, "invalid_api_key"),
        ErrorKind.Forbidden => new(403, exception.Message),
        ErrorKind.ModelNotFound => new(404, exception.Message, exception.Parameter, "model_not_found"),
        ErrorKind.NotFound => new(404, exception.Message),
        ErrorKind.Conflict => new(409, exception.Message),
        ErrorKind.QuotaExceeded => OverLimit(exception),
        ErrorKind.ProviderFailed => new(502, exception.Message) { Type = "server_error" },
        ErrorKind.Overloaded => new(429, exception.Message, null, "rate_limit_exceeded") { Type = "requests", RetryAfter = exception.RetryAfter },
        ErrorKind.Unavailable => new(503, exception.Message) { Type = "server_error", RetryAfter = exception.RetryAfter ?? TimeSpan.FromSeconds(1) },
        ErrorKind.Internal => Internal,
        _ => throw new ArgumentOutOfRangeException(nameof(exception), exception.Kind, "An error kind without an answer."),
    };

    public static OpenAiError Internal { get; } =
        new(500, "The server had an error while processing your request. Its log has more under the request id of this answer.") { Type = "server_error" };

    /// <summary>A month's limit is OpenAI's "quota", which its clients tell from a rate that is free again in a moment.</summary>
    private static OpenAiError OverLimit(QuiverException exception) => exception.Limit is { Period: "month" }
        ? new(429, exception.Message, null, "insufficient_quota") { Type = "insufficient_quota", RetryAfter = exception.RetryAfter }
        : new(429, exception.Message, null, "rate_limit_exceeded") { Type = exception.Limit?.Unit == "tokens" ? "tokens" : "requests", RetryAfter = exception.RetryAfter };

    private static string At(int? index) => index is not null ? $"Invalid 'input[{index}]': " : "";

    /// <summary>The first sentence is OpenAI's, word for word: libraries look for it.</summary>
    private static string TooLong(QuiverException exception, int? index) =>
        $"This model's maximum context length is {exception.TokenLimit} tokens, however you requested {exception.Tokens} tokens " +
        $"({exception.Tokens} in your prompt; 0 for the completion). Please reduce 'input[{index}]', or have it cut: " +
        "send \"truncate\": true, or start the server with --auto-truncate.";
}

/// <summary>Ends a request with an error that only this dialect knows.</summary>
/// <param name="kind">What it counts as; null where its status says that.</param>
internal sealed class OpenAiException(OpenAiError error, ErrorKind? kind = null) : DialectException(error.Message)
{
    public override ErrorAnswer Answer => OpenAiErrorRenderer.Render(error);

    public override ErrorKind? Kind => kind;
}
