using System.Diagnostics.Metrics;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Dialects.FastEmbed;

/// <summary>FastEmbed's metrics, with true values: its own counted padding as tokens. Requests of every dialect count.</summary>
internal sealed class FastEmbedMetrics : ProfileMetrics
{
    private readonly Histogram<double> _requestLatency;
    private readonly Histogram<double> _inferenceLatency;
    private readonly Histogram<int> _tokenCount;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _hits;
    private readonly Counter<long> _misses;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _overLimit;

    public FastEmbedMetrics(Meter meter)
    {
        _requestLatency = Latency("fastembed_request_latency_seconds", "Request latency in seconds", [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1]);
        _inferenceLatency = Latency("fastembed_inference_latency_seconds", "Model inference latency in seconds", [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1]);
        _tokenCount = meter.CreateHistogram("fastembed_token_count", null, "Number of tokens in requests", null, new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 5, 10, 20, 50, 100, 128] });
        _requests = meter.CreateCounter<long>("fastembed_requests_total", null, "Total number of embedding requests");
        _hits = meter.CreateCounter<long>("fastembed_cache_hits_total", null, "Total number of cache hits");
        _misses = meter.CreateCounter<long>("fastembed_cache_misses_total", null, "Total number of cache misses");
        _errors = meter.CreateCounter<long>("fastembed_errors_total", null, "Total number of errors");
        _overLimit = meter.CreateCounter<long>("fastembed_rate_limit_exceeded_total", null, "Total number of rate limit exceeded errors");

        Histogram<double> Latency(string name, string description, double[] bounds) =>
            meter.CreateHistogram(name, null, description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
    }

    public override void End(RequestRecord record, TimeSpan duration)
    {
        if (record.Failure is { } failure)
            _errors.Add(1, new KeyValuePair<string, object?>("error_type", ErrorType(failure)));
        if (record is { Failure: ErrorKind.QuotaExceeded, Plan: { } plan })
            _overLimit.Add(1, new KeyValuePair<string, object?>("tier", plan));
        if (!record.Answered || record.Items == 0)
            return;

        var misses = record.Items - record.CacheHits;
        _requests.Add(1, new("status", "success"), new("cached", misses == 0 ? "true" : "false"));
        _requestLatency.Record(duration.TotalSeconds);
        _hits.Add(record.CacheHits, new KeyValuePair<string, object?>("cache_level", "total"));
        _misses.Add(misses);
        if (record.Result is not { } result)
            return;
        if (misses > 0)
            _inferenceLatency.Record(result.Times.Inference.TotalSeconds);
        for (var i = 0; i < result.Count; i++)
            _tokenCount.Record(result.Tokens(i));
    }

    private static string ErrorType(ErrorKind kind) => kind switch
    {
        ErrorKind.Unauthorized => "invalid_api_key",
        ErrorKind.InputTooLong => "text_too_long",
        ErrorKind.QuotaExceeded => "rate_limit_exceeded",
        ErrorKind.Overloaded or ErrorKind.Unavailable => "unavailable",
        ErrorKind.Internal => "internal_error",
        _ => "invalid_request",
    };
}
