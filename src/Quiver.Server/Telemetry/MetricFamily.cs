using System.Globalization;
using System.Text;

namespace Quiver.Server.Telemetry;

internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One metric as it is exposed: its name, its help and its series, one for each set of labels.</summary>
/// <remarks>
/// Thread-safe. Finding a series takes no lock and allocates nothing; a set of labels that is new is added under one. Labels come from
/// route patterns, known methods and the like; should one prove unbounded after all, what goes beyond <see cref="MaxSeries"/> is
/// collected under one label of its own.
/// </remarks>
internal sealed class MetricFamily
{
    public const int MaxSeries = 500;

    private const string OverflowLabel = "otel_metric_overflow=\"true\"";

    private readonly Lock _gate = new();
    private readonly Func<string, Series> _create;
    private readonly bool _dropsTags;
    private readonly List<Series> _series = [];
    private Series?[] _slots = new Series?[8];
    private Series? _plain;
    private Series? _overflow;

    /// <param name="observed">Whether values are asked for at each scrape, rather than recorded as they occur.</param>
    /// <param name="dropsTags">Whether all series of the instrument are one here.</param>
    public MetricFamily(string name, string help, MetricKind kind, double[] bounds, bool observed, bool dropsTags)
    {
        (Name, Help, Kind, Bounds, IsObserved) = (name, help, kind, bounds, observed);
        BoundLabels = Array.ConvertAll(bounds, PrometheusText.Bound);
        _dropsTags = dropsTags;
        _create = kind == MetricKind.Histogram ? labels => new HistogramSeries(labels, bounds)
            : observed ? labels => new ObservedSeries(labels)
            : labels => new SumSeries(labels);
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public bool IsObserved { get; }

    /// <summary>Of a histogram, as <see cref="HistogramSeries"/> takes them.</summary>
    public double[] Bounds { get; }

    public string[] BoundLabels { get; }

    /// <summary>The series so far, in the order in which they appeared.</summary>
    public Series[] Snapshot()
    {
        lock (_gate)
            return [.. _series];
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => SeriesOf(tags).Record(value);

    /// <summary>Forgets what was observed: what is not observed anew is not exposed.</summary>
    public void ResetObserved()
    {
        foreach (var series in Snapshot())
            (series as ObservedSeries)?.Reset();
    }

    private Series SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty || _dropsTags)
            return _plain ?? AddPlain();
        var hash = HashOf(tags);
        return Find(Volatile.Read(ref _slots), tags, hash) ?? Add(tags, hash);
    }

    private static Series? Find(Series?[] slots, ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        for (var i = hash; ; i++)
        {
            if (slots[i & (slots.Length - 1)] is not { } series)
                return null;
            if (series.TagsHash == hash && AreEqual(series.Tags, tags))
                return series;
        }
    }

    private Series AddPlain()
    {
        lock (_gate)
        {
            if (_plain is null)
            {
                var created = _create("");
                _series.Add(created);
                Volatile.Write(ref _plain, created);
            }

            return _plain;
        }
    }

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash)
    {
        lock (_gate)
        {
            if (Find(_slots, tags, hash) is { } found)
                return found;
            if (_series.Count >= MaxSeries)
            {
                if (_overflow is null)
                    _series.Add(_overflow = _create(OverflowLabel));
                return _overflow;
            }

            var created = _create(LabelsOf(tags)).For(tags.ToArray(), hash);
            _series.Add(created);
            // Readers see the old table or the new one, both whole, so a slot is never moved under them.
            var slots = new Series?[2 * _series.Count > _slots.Length ? _slots.Length * 2 : _slots.Length];
            foreach (var series in _slots)
                Place(slots, series);
            Place(slots, created);
            Volatile.Write(ref _slots, slots);
            return created;
        }
    }

    private static void Place(Series?[] slots, Series? series)
    {
        if (series is null)
            return;
        var i = series.TagsHash;
        while (slots[i & (slots.Length - 1)] is not null)
            i++;
        slots[i & (slots.Length - 1)] = series;
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            // An empty label is the same as none.
            if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
                labels.Append(labels.Length > 0 ? "," : "").Append(PrometheusText.Label(name, text));
        }

        return labels.ToString();
    }

    /// <remarks>Of a string a few characters do: they are few and none is a stranger's, and its own hash would cost more than all the rest.</remarks>
    private static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = tags.Length;
        foreach (ref readonly var tag in tags)
        {
            var part = tag.Value is string text
                ? text.Length == 0 ? 0 : (text.Length * 7) + (text[text.Length / 2] * 131) + (text[^1] * 8191)
                : tag.Value?.GetHashCode() ?? 0;
            hash = (hash * 31) + part;
        }

        return hash;
    }

    private static bool AreEqual(ReadOnlySpan<KeyValuePair<string, object?>> one, ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (one.Length != other.Length)
            return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (!ReferenceEquals(one[i].Value, other[i].Value) && !Equals(one[i].Value, other[i].Value))
                return false;
            if (!string.Equals(one[i].Key, other[i].Key, StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
