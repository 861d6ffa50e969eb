using System.Globalization;

namespace Quiver.Server.Hosting;

/// <summary>An error in one dialect's words, ready to be sent.</summary>
/// <param name="Body">Empty for none.</param>
/// <param name="ContentType">null where there is no body.</param>
internal sealed record ErrorAnswer(int Status, ReadOnlyMemory<byte> Body, string? ContentType)
{
    /// <summary>Clients of OpenAI's wait no longer than this, and else try again at once.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>When the caller may try again, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Where the body tells of the one request: makes it. <see cref="Body"/> is then an example of it.</summary>
    public Func<RequestRecord, ReadOnlyMemory<byte>>? BodyFor { get; init; }

    public async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            if (wait > LongestWait)
                response.Headers["x-should-retry"] = "false";
        }

        var body = BodyFor?.Invoke(RequestRecord.Of(context)) ?? Body;
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(body, CancellationToken.None);
    }
}
