using System.Diagnostics.Metrics;
using Quiver.Diagnostics;
using Quiver.Server.Hosting;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Dialects.Tei;

/// <summary>TEI's metrics. Requests of every dialect count.</summary>
internal sealed class TeiMetrics : ProfileMetrics
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _successes;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _texts;
    private readonly Counter<long> _textSuccesses;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _requestTokenization;
    private readonly Histogram<double> _requestQueue;
    private readonly Histogram<double> _requestInference;
    private readonly Histogram<double> _textDuration;
    private readonly Histogram<double> _textTokenization;
    private readonly Histogram<double> _inputLength;

    /// <param name="maxTokens">The longest text of any model served: the last bucket of te_request_input_length.</param>
    public TeiMetrics(Meter meter, int maxTokens)
    {
        _requests = meter.CreateCounter<long>("te_request_count");
        _successes = meter.CreateCounter<long>("te_request_success");
        _failures = meter.CreateCounter<long>("te_request_failure");
        _texts = meter.CreateCounter<long>("te_embed_count");
        _textSuccesses = meter.CreateCounter<long>("te_embed_success");
        _requestDuration = Histogram("te_request_duration", Durations);
        _requestTokenization = Histogram("te_request_tokenization_duration", Durations);
        _requestQueue = Histogram("te_request_queue_duration", Durations);
        _requestInference = Histogram("te_request_inference_duration", Durations);
        _textDuration = Histogram("te_embed_duration", Durations);
        _textTokenization = Histogram("te_embed_tokenization_duration", Durations);
        _inputLength = Histogram("te_request_input_length", MetricBounds.PowersOfTwo(maxTokens));

        Histogram<double> Histogram(string name, double[] bounds) =>
            meter.CreateHistogram(name, null, null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
    }

    public override IReadOnlyList<MetricView> Views { get; } =
    [
        new("quiver.queue.texts", "te_queue_size", ""),
        new("quiver.queue.wait", "te_embed_queue_duration", "", Durations),
        new("quiver.inference.duration", "te_embed_inference_duration", "", Durations),
        new("quiver.batch.texts", "te_batch_next_size", "", MetricBounds.PowersOfTwo(4096)),
        new("quiver.batch.tokens", "te_batch_next_tokens", "", MetricBounds.PowersOfTwo(1 << 20)),
    ];

    /// <summary>Seconds, half as much again from each bucket to the next, reckoned as TEI does, so that the last digits are its own.</summary>
    private static double[] Durations { get; } = FromTenMicroseconds(35);

    public override void End(RequestRecord record, TimeSpan duration)
    {
        var method = new KeyValuePair<string, object?>("method", record.Items > 1 ? "batch" : "single");
        _requests.Add(1, method);
        _texts.Add(record.Items);
        if (record.Failure is { } failure)
            _failures.Add(1, new KeyValuePair<string, object?>("err", ErrorOf(failure)));
        if (!record.Answered || record.Items == 0)
            return;

        _successes.Add(1, method);
        _textSuccesses.Add(record.Items);
        _requestDuration.Record(duration.TotalSeconds);
        if (record.Result is not { } result)
            return;
        _requestTokenization.Record(result.Times.Tokenization.TotalSeconds);
        _requestQueue.Record(result.Times.Queue.TotalSeconds);
        _requestInference.Record(result.Times.Inference.TotalSeconds);
        for (var i = 0; i < result.Count; i++)
        {
            _textDuration.Record(duration.TotalSeconds);
            _textTokenization.Record(result.Times.Tokenization.TotalSeconds / result.Count);
            _inputLength.Record(result.Tokens(i));
        }
    }

    private static string ErrorOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Overloaded => "overloaded",
        ErrorKind.RequestTooLarge => "batch_size",
        // Found too long when it is tokenized.
        ErrorKind.InputTooLong => "tokenization",
        ErrorKind.ModelNotFound => "model_type",
        ErrorKind.Internal => "backend",
        ErrorKind.Unavailable => "unhealthy",
        _ => "validation",
    };

    private static double[] FromTenMicroseconds(int count)
    {
        var bounds = new double[count];
        var bound = 0.00001;
        for (var i = 0; i < count; i++)
            bounds[i] = bound *= 1.5;
        return bounds;
    }
}
