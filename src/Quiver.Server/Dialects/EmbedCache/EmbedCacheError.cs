using System.Globalization;
using Quiver.Diagnostics;
using Quiver.Server.FastApi;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>An error as the Vector Embed Cache Server words it: a text, or FastAPI's list of what is wrong with the request.</summary>
internal sealed record EmbedCacheError(int Status, string Detail)
{
    /// <summary>Given where the request is not what the route reads; <see cref="Detail"/> is then their text in one line.</summary>
    public IReadOnlyList<FieldError> Fields { get; private init; } = [];

    public TimeSpan? RetryAfter { get; init; }

    public static EmbedCacheError Invalid(params IReadOnlyList<FieldError> fields) => new(422, string.Join("; ", fields)) { Fields = fields };

    /// <summary>The one mapping of the engine's errors: every kind is named.</summary>
    public static EmbedCacheError From(QuiverException exception) => exception.Kind switch
    {
        ErrorKind.InvalidInput => new(400, exception.Message),
        ErrorKind.InputTooLong => new(400, exception.Message),
        ErrorKind.RequestTooLarge => new(413, exception.Message),
        ErrorKind.Unauthorized => new(401, exception.Message),
        ErrorKind.Forbidden => new(403, exception.Message),
        ErrorKind.ModelNotFound => new(400, exception.Message),
        ErrorKind.NotFound => new(404, exception.Message),
        ErrorKind.Conflict => new(400, exception.Message),
        ErrorKind.QuotaExceeded => new(429, exception.Limit is { } limit ? Exceeded(limit) : exception.Message) { RetryAfter = exception.RetryAfter },
        ErrorKind.ProviderFailed => new(502, exception.Message),
        ErrorKind.Overloaded => new(429, exception.Message) { RetryAfter = exception.RetryAfter },
        ErrorKind.Unavailable => new(503, exception.Message) { RetryAfter = exception.RetryAfter ?? TimeSpan.FromSeconds(1) },
        ErrorKind.Internal => new(500, "Internal Server Error"),
        _ => throw new ArgumentOutOfRangeException(nameof(exception), exception.Kind, "An error kind without an answer."),
    };

    /// <summary>The service's words. Its time was that of the last midnight; this is the next one.</summary>
    private static string Exceeded(ExceededLimit limit) =>
        string.Create(CultureInfo.InvariantCulture, $"Rate limit exceeded. Limit: {limit.Limit}/{limit.Period}. Resets at: {limit.Reset.UtcDateTime:yyyy-MM-dd HH:mm} UTC");

    public static EmbedCacheError From(HttpFault fault) => new(fault.Status, fault.Status switch
    {
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 when fault.Limit is { } limit => $"Request body exceeds max size of {limit} bytes",
        _ => fault.Message,
    });
}

/// <summary>Ends a request with an error that only this dialect knows.</summary>
internal sealed class EmbedCacheException(EmbedCacheError error) : DialectException(error.Detail)
{
    public EmbedCacheException(int status, string detail)
        : this(new EmbedCacheError(status, detail))
    {
    }

    public override ErrorAnswer Answer => EmbedCacheErrorRenderer.Render(error);

    /// <summary>Reads this dialect's bodies: 422 with all that is wrong, 400 for bytes that are no text.</summary>
    public static BodyReader Bodies { get; } = new(fields => new EmbedCacheException(EmbedCacheError.Invalid(fields)), message => new EmbedCacheException(400, message));
}
