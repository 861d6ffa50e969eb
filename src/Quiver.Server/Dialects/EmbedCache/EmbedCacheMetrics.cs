using System.Diagnostics.Metrics;
using System.Globalization;
using Quiver.Server.Hosting;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>The metrics that the service's document promises, and that it never exposed. Requests of every dialect count.</summary>
internal sealed class EmbedCacheMetrics : ProfileMetrics
{
    private static readonly double[] Durations = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Each status boxed once: a tag's value is an object.</summary>
    private static readonly object[] Statuses = [.. Enumerable.Range(0, 600).Select(status => status.ToString(CultureInfo.InvariantCulture))];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;

    public EmbedCacheMetrics(Meter meter)
    {
        _requests = meter.CreateCounter<long>("http_requests_total", null, "Total HTTP requests");
        _duration = meter.CreateHistogram("http_request_duration_seconds", null, "HTTP request latency in seconds", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _hits = meter.CreateCounter<long>("embedding_cache_hits_total", null, "Embedding cache hits");
        _misses = meter.CreateCounter<long>("embedding_cache_misses_total", null, "Embedding cache misses");
    }

    public override IReadOnlyList<MetricView> Views { get; } =
    [
        new("quiver.inference.duration", "embedding_compute_duration_seconds", "Embedding computation time in seconds", Durations),
    ];

    public override void EndAny(string method, string? route, int status, TimeSpan duration)
    {
        var endpoint = new KeyValuePair<string, object?>("endpoint", route ?? "");
        _requests.Add(1, new("method", method), endpoint, new("status", (uint)status < (uint)Statuses.Length ? Statuses[status] : ""));
        _duration.Record(duration.TotalSeconds, new("method", method), endpoint);
    }

    public override void End(RequestRecord record, TimeSpan duration)
    {
        if (!record.Answered || record.Items == 0)
            return;
        _hits.Add(record.CacheHits);
        _misses.Add(record.Items - record.CacheHits);
    }
}
