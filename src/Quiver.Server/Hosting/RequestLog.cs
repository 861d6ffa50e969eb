using Quiver.Accounts;
using Quiver.Limits.Usage;
using Quiver.Server.Auth;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Hosting;

/// <summary>The outermost layer: gives a request its id and its record, and when it has ended tells of it in the log, in the metrics, in its trace and in the usage of its caller.</summary>
internal sealed class RequestLog(ILogger<RequestLog> logger, ServerMetrics metrics, UsageLedger usage, Drain drain, TimeProvider time)
{
    /// <summary>Told of a caller that went away, whatever status was sent ahead: nobody read the answer.</summary>
    private const int ClientClosedRequest = 499;

    private static readonly EventId Ended = new(1000, "RequestEnded");

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var record = new RequestRecord(RequestId.Of(context.Request), time);
        var method = KnownMethod(context.Request.Method);
        context.Features.Set(record);
        AnswerHead.Attach(context, record, drain);
        metrics.Http.Begin(method ?? RequestTrace.OtherMethod, SchemeOf(context));
        using var trace = RequestTrace.Begin(context, method, SchemeOf(context));
        try
        {
            await next(context);
        }
        finally
        {
            End(context, record, method, trace);
        }
    }

    private void End(HttpContext context, RequestRecord record, string? method, RequestTrace? trace)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var status = record.ClientGone ? ClientClosedRequest : context.Response.StatusCode;
        var duration = record.Elapsed;

        metrics.Http.End(record, method ?? RequestTrace.OtherMethod, SchemeOf(context), route, status, duration);
        metrics.EndInProfiles(record, method ?? RequestTrace.OtherMethod, route, status, duration);
        if (record is { Failure: null, Model: { } model })
            Count(Callers.Of(context), model, record);
        trace?.End(record, route, status);
        if (!logger.IsEnabled(LogLevel.Information))
            return;
        // A type of its own, not [LoggerMessage]: the log's provider writes it without a box, a string or a dictionary for it.
        var line = new RequestLine(
            record.Id, context.Connection.RemoteIpAddress, method ?? "-", route ?? "-", status, Math.Round(duration.TotalMilliseconds, 2), record.Items, record.Tokens, record.CacheHits);
        logger.Log(LogLevel.Information, Ended, line, null, static (line, _) => line.ToString());
    }

    private void Count(Caller caller, string model, RequestRecord record) =>
        usage.Add(new UsageKey(caller.Tenant, caller.KeyId ?? "", model, usage.Today), record.Usage);

    /// <summary>A proxy may pass on whatever a caller wrote into X-Forwarded-Proto.</summary>
    private static string SchemeOf(HttpContext context) => context.Request.IsHttps ? "https" : "http";

    /// <summary>Anything may stand where a method does; only the usual ones become a label. null for others.</summary>
    private static string? KnownMethod(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "PATCH" or "DELETE" or "HEAD" or "OPTIONS" => method,
        _ => null,
    };
}
