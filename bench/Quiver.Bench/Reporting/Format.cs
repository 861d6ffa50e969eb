using Quiver.Bench.Measurement;

namespace Quiver.Bench.Reporting;

/// <summary>How figures read in the tables.</summary>
internal static class Format
{
    public static string Percent(double ratio) => $"{100 * ratio:f1} %";

    /// <summary>Half the distance between the extremes, as a share of the median, and how many repetitions were thrown away.</summary>
    public static string Spread(Samples samples) =>
        $"±{50 * (samples.Maximum - samples.Minimum) / samples.Median:f1} %" + (samples.Disturbed > 0 ? $" ({samples.Disturbed} disturbed)" : "");

    public static string Verdict(double value, Target target) => target.IsMetBy(value) ? $"{target.Text} met" : $"{target.Text} MISSED";
}
