using System.Diagnostics.Metrics;

namespace Quiver.Server.Telemetry;

/// <summary>Buckets of histograms whose instrument does not advise its own.</summary>
internal static class MetricBounds
{
    /// <summary>Seconds: from a hit in memory to the longest wait, about three buckets to a power of ten.</summary>
    public static readonly double[] Seconds =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>Texts and tokens: powers of two up to what a request may hold.</summary>
    public static readonly double[] Counts = PowersOfTwo(1 << 18);

    public static double[] PowersOfTwo(double most)
    {
        var bounds = new List<double>();
        for (var bound = 1.0; bound <= most; bound *= 2)
            bounds.Add(bound);
        return [.. bounds];
    }

    public static double[] Of(Instrument instrument) =>
        (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries?.ToArray()
        ?? (instrument as Histogram<long>)?.Advice?.HistogramBucketBoundaries?.Select(Convert.ToDouble).ToArray()
        ?? (instrument as Histogram<int>)?.Advice?.HistogramBucketBoundaries?.Select(Convert.ToDouble).ToArray()
        ?? (instrument.Unit == "s" ? Seconds : Counts);
}
