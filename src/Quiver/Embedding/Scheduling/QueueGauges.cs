using System.Diagnostics.Metrics;
using Quiver.Diagnostics;

namespace Quiver.Embedding.Scheduling;

/// <summary>What waits, as gauges that are read when somebody asks, and the tags of lanes.</summary>
internal sealed class QueueGauges : IDisposable
{
    private static readonly KeyValuePair<string, object?> Interactive = new("lane", "interactive");
    private static readonly KeyValuePair<string, object?> Bulk = new("lane", "bulk");

    private readonly Meter _meter = QuiverMeter.Create();

    public QueueGauges(Func<SchedulerCounts> counts)
    {
        _meter.CreateObservableGauge("quiver.queue.texts", () => Texts(counts()), "{text}", "Texts that wait for a runner.");
        _meter.CreateObservableGauge("quiver.queue.tokens", () => Tokens(counts()), "{token}", "Tokens that wait for a runner.");
    }

    public static KeyValuePair<string, object?> TagOf(bool interactive) => interactive ? Interactive : Bulk;

    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] Texts(SchedulerCounts counts) => [new(counts.InteractiveTexts, Interactive), new(counts.BulkTexts, Bulk)];

    private static Measurement<long>[] Tokens(SchedulerCounts counts) => [new(counts.InteractiveTokens, Interactive), new(counts.BulkTokens, Bulk)];
}
