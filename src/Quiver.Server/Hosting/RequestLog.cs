using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;

namespace Quiver.Server.Hosting;

/// <summary>The outermost layer: gives a request its id, and writes its one log line.</summary>
internal sealed partial class RequestLog(ILogger<RequestLog> logger, TimeProvider time)
{
    private const int MaxIdLength = 128;

    /// <summary>Logged for a caller that went away, whatever status was sent ahead: nobody read the answer.</summary>
    private const int ClientClosedRequest = 499;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var start = time.GetTimestamp();
        var record = new RequestRecord(IdOf(context.Request));
        context.Features.Set(record);
        context.Response.Headers["x-request-id"] = record.Id;
        context.Response.OnStarting(() =>
        {
            context.Response.Headers["openai-processing-ms"] = Milliseconds(start).ToString("F0", CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });

        try
        {
            await next(context);
        }
        finally
        {
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "-";
            var status = record.ClientGone ? ClientClosedRequest : context.Response.StatusCode;
            LogRequest(record.Id, Known(context.Request.Method), route, status, Math.Round(Milliseconds(start), 2), record.Items, record.Tokens);
        }
    }

    /// <summary>Anything may stand where a method does; only the usual ones are worth a log line.</summary>
    private static string Known(string method) => method is "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" ? method : "-";

    private double Milliseconds(long start) => time.GetElapsedTime(start).TotalMilliseconds;

    /// <summary>The caller's own id if it is a harmless one: it goes into logs and back into a header.</summary>
    private static string IdOf(HttpRequest request)
    {
        var asked = request.Headers["x-request-id"];
        return asked is [{ Length: > 0 and <= MaxIdLength } id] && !id.AsSpan().ContainsAnyExcept(IdCharacters)
            ? id
            : "req_" + RandomNumberGenerator.GetHexString(32, lowercase: true);
    }

    [LoggerMessage(1000, LogLevel.Information, "{RequestId} {Method} {Route} {Status} {Milliseconds} ms, {Items} items, {Tokens} tokens")]
    private partial void LogRequest(string requestId, string method, string route, int status, double milliseconds, int items, long tokens);
}
