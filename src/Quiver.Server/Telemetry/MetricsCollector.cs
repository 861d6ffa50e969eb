using System.Diagnostics.Metrics;

namespace Quiver.Server.Telemetry;

/// <summary>Listens to instruments and keeps what they measured, for whoever scrapes it.</summary>
/// <remarks>Thread-safe. Instruments may be created before and after it.</remarks>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly ILookup<string, MetricView> _views;

    /// <param name="wants">Which instruments to listen to.</param>
    /// <param name="views">Further ways to expose some of them.</param>
    public MetricsCollector(Func<Instrument, bool> wants, IEnumerable<MetricView> views)
    {
        _views = views.ToLookup(view => view.Instrument);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (wants(instrument))
                listener.EnableMeasurementEvents(instrument, FamiliesOf(instrument));
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, families) => Record(value, tags, families));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, families) => Record(value, tags, families));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, families) => Record(value, tags, families));
        _listener.Start();
    }

    /// <summary>Everything measured so far, by name; observable instruments are asked now.</summary>
    public string Expose(bool openMetrics)
    {
        lock (_families)
        {
            foreach (var family in _families.Values)
                family.ResetObserved();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // Each instrument was asked; those that failed are without a value this time, and the others are worth having.
            }

            return PrometheusText.Write(_families.Values, openMetrics);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? families)
    {
        foreach (var family in (MetricFamily[])families!)
            family.Record(value, tags);
    }

    /// <summary>The instrument as itself, and each view of it.</summary>
    private MetricFamily[] FamiliesOf(Instrument instrument)
    {
        var bounds = MetricBounds.Of(instrument);
        var kind = KindOf(instrument);
        lock (_families)
        {
            return
            [
                Family(PrometheusText.NameOf(instrument, kind), instrument.Description ?? "", kind, bounds, instrument.IsObservable, dropsTags: false),
                .. _views[instrument.Name].Select(view => Family(view.Name, view.Help, kind, view.Bounds ?? bounds, instrument.IsObservable, dropsTags: true)),
            ];
        }
    }

    /// <remarks>Two instruments of one name, of two servers in one process, count together.</remarks>
    private MetricFamily Family(string name, string help, MetricKind kind, double[] bounds, bool observed, bool dropsTags)
    {
        if (!_families.TryGetValue(name, out var family))
            _families.Add(name, family = new MetricFamily(name, help, kind, bounds, observed, dropsTags));
        return family;
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Histogram<>) ? MetricKind.Histogram
            : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
    }
}
