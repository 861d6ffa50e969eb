using System.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>The span of one request, and of what it spent its time on. Nothing is made where nobody listens.</summary>
/// <remarks>
/// Named and attributed as OpenTelemetry's semantic conventions for HTTP say, less what a caller may fill with text or secrets: neither
/// path nor query, neither headers nor the caller's trace state.
/// </remarks>
internal sealed class RequestTrace : IDisposable
{
    public const string SourceName = "Quiver.Server";

    /// <summary>What the conventions call a method that is none of HTTP's.</summary>
    public const string OtherMethod = "_OTHER";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly Activity _span;

    private RequestTrace(Activity span) => _span = span;

    /// <returns>null where no span is wanted.</returns>
    public static RequestTrace? Begin(HttpContext context, string? method, string scheme) => Source.HasListeners() ? Start(context, method, scheme) : null;

    public void End(RequestRecord record, string? route, int status)
    {
        var method = (string)_span.GetTagItem("http.request.method")!;
        _span.DisplayName = route is null ? method : $"{method} {route}";
        _span.SetTag("http.route", route);
        _span.SetTag("http.response.status_code", status);
        _span.SetTag("quiver.request.id", record.Id);
        if (record.Items > 0)
        {
            _span.SetTag("quiver.texts", record.Items);
            _span.SetTag("quiver.tokens", record.Tokens);
            _span.SetTag("quiver.cache_hits", record.CacheHits);
        }

        if (record.Failure is { } failure)
            _span.SetTag("error.type", failure.ToString());
        if (status >= 500)
            _span.SetStatus(ActivityStatusCode.Error);
        if (record.Result is { } result)
            AddStages(record, result.Times.Tokenization, result.Times.Queue, result.Times.Inference);
    }

    public void Dispose() => _span.Dispose();

    private static RequestTrace? Start(HttpContext context, string? method, string scheme)
    {
        // The trace state is the caller's free text: only the ids are taken over.
        ActivityContext.TryParse(context.Request.Headers.TraceParent, null, isRemote: true, out var parent);
        var span = Source.StartActivity(method ?? OtherMethod, ActivityKind.Server, parent);
        if (span is null)
            return null;
        span.SetTag("http.request.method", method ?? OtherMethod);
        span.SetTag("url.scheme", scheme);
        span.SetTag("network.protocol.version", context.Request.Protocol switch { "HTTP/2" => "2", "HTTP/1.0" => "1.0", _ => "1.1" });
        return new RequestTrace(span);
    }

    /// <summary>One span after the other, as the engine's own clock measured them.</summary>
    private void AddStages(RequestRecord record, params ReadOnlySpan<TimeSpan> stages)
    {
        if (!_span.IsAllDataRequested)
            return;
        ReadOnlySpan<string> names = ["tokenize", "queue", "inference"];
        var start = _span.StartTimeUtc + record.ReadTime;
        for (var i = 0; i < stages.Length; i++)
        {
            if (stages[i] <= TimeSpan.Zero)
                continue;
            using var stage = Source.StartActivity(names[i], ActivityKind.Internal, _span.Context, startTime: start);
            stage?.SetEndTime(start += stages[i]);
        }
    }
}
