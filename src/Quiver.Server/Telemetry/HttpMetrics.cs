using System.Diagnostics.Metrics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Telemetry;

/// <summary>What HTTP requests are measured by, named as OpenTelemetry's semantic conventions name it, and what they asked for.</summary>
/// <remarks>See opentelemetry.io/docs/specs/semconv/http/http-metrics. Recording allocates nothing.</remarks>
internal sealed class HttpMetrics
{
    /// <summary>Each status boxed once: a tag's value is an object.</summary>
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<int> _active;
    private readonly Histogram<int> _texts;
    private readonly Histogram<long> _tokens;

    public HttpMetrics(Meter meter)
    {
        _duration = meter.CreateHistogram<double>("http.server.request.duration", "s", "Time from the last of a request's headers to the last of its answer.");
        _active = meter.CreateUpDownCounter<int>("http.server.active_requests", "{request}", "Requests that are being served.");
        _texts = meter.CreateHistogram<int>("quiver.request.texts", "{text}", "Inputs of a request that was answered.");
        _tokens = meter.CreateHistogram<long>("quiver.request.tokens", "{token}", "Tokens of a request that was answered, special tokens included.");
    }

    public void Begin(string method, string scheme) => _active.Add(1, new("http.request.method", method), new("url.scheme", scheme));

    /// <param name="route">The pattern of the route, or null where none matched.</param>
    public void End(RequestRecord record, string method, string scheme, string? route, int status, TimeSpan duration)
    {
        _active.Add(-1, new("http.request.method", method), new("url.scheme", scheme));
        _duration.Record(
            duration.TotalSeconds,
            [
                new("http.request.method", method),
                new("http.response.status_code", (uint)status < (uint)Statuses.Length ? Statuses[status] : null),
                new("http.route", route),
                new("url.scheme", scheme),
            ]);
        if (!record.Answered || record.Items == 0)
            return;
        _texts.Record(record.Items);
        _tokens.Record(record.Tokens);
    }
}
