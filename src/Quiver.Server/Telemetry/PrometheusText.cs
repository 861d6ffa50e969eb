using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Quiver.Server.Telemetry;

/// <summary>Prometheus's text format 0.0.4 and OpenMetrics 1.0, and how names of OpenTelemetry read there.</summary>
/// <remarks>
/// Sources: prometheus.io/docs/instrumenting/exposition_formats, the OpenMetrics specification, and OpenTelemetry's
/// "Prometheus and OpenMetrics Compatibility" for names and units.
/// </remarks>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public const string OpenMetricsContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string CounterSuffix = "_total";

    /// <summary>"http.server.request.duration" in "s" becomes "http_server_request_duration_seconds".</summary>
    /// <remarks>A name without dots is not one of OpenTelemetry's but another service's, and stays as it is.</remarks>
    public static string NameOf(Instrument instrument, MetricKind kind)
    {
        if (!instrument.Name.Contains('.', StringComparison.Ordinal))
            return instrument.Name;
        var name = new StringBuilder(instrument.Name.Length);
        foreach (var character in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(character) || character == ':' ? character : '_');
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        return WithSuffix(WithSuffix(name.ToString(), unit), kind == MetricKind.Counter ? CounterSuffix : "");
    }

    /// <summary><c>name="value"</c>.</summary>
    public static string Label(string name, string value)
    {
        var label = new StringBuilder(name.Length + value.Length + 3);
        foreach (var character in name)
            label.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        return label.Append("=\"").Append(Escape(value).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"').ToString();
    }

    /// <summary>The shortest digits that read back to the same number, never with an exponent: as other services' bounds are recorded.</summary>
    public static string Bound(double bound) =>
        decimal.Parse(Number(bound), NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    public static string Write(IEnumerable<MetricFamily> families, bool openMetrics)
    {
        var text = new StringBuilder(16 * 1024);
        foreach (var family in families)
        {
            var series = Array.FindAll(family.Snapshot(), each => each.HasValue);
            if (series.Length == 0)
                continue;
            WriteHead(text, family, openMetrics);
            foreach (var each in series)
                WriteSeries(text, family, each);
        }

        return text.Append(openMetrics ? "# EOF\n" : "").ToString();
    }

    private static void WriteHead(StringBuilder text, MetricFamily family, bool openMetrics)
    {
        var (name, type) = (family.Name, family.Kind.ToString().ToLowerInvariant());
        if (openMetrics && family.Kind == MetricKind.Counter)
        {
            // OpenMetrics knows a counter only by its suffix, which is not part of its name. Names of other services that lack it must not
            // change with the format: they are of unknown type there.
            var suffixed = name.EndsWith(CounterSuffix, StringComparison.Ordinal);
            (name, type) = suffixed ? (name[..^CounterSuffix.Length], type) : (name, "unknown");
        }

        if (family.Help.Length > 0)
            text.Append("# HELP ").Append(name).Append(' ').Append(Escape(family.Help)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private static void WriteSeries(StringBuilder text, MetricFamily family, Series series)
    {
        switch (series)
        {
            case SumSeries sum:
                Sample(text, family.Name, "", series.Labels, sum.Value);
                break;
            case ObservedSeries observed:
                Sample(text, family.Name, "", series.Labels, observed.Value);
                break;
            case HistogramSeries histogram:
                WriteHistogram(text, family, histogram);
                break;
        }
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, HistogramSeries histogram)
    {
        var (counts, sum) = histogram.Read();
        long cumulated = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var bound = i < family.BoundLabels.Length ? family.BoundLabels[i] : "+Inf";
            Sample(text, family.Name, "_bucket", $"{histogram.Labels}{(histogram.Labels.Length > 0 ? "," : "")}le=\"{bound}\"", cumulated += counts[i]);
        }

        Sample(text, family.Name, "_sum", histogram.Labels, sum);
        Sample(text, family.Name, "_count", histogram.Labels, cumulated);
    }

    private static void Sample(StringBuilder text, string name, string suffix, string labels, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string WithSuffix(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name : name + suffix;
}
