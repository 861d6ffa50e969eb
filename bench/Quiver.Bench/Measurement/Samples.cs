namespace Quiver.Bench.Measurement;

/// <summary>Repetitions of one measurement. The median is the figure; the extremes are its spread.</summary>
/// <param name="Disturbed">How many further repetitions were thrown away because other processes used the machine meanwhile.</param>
internal sealed record Samples(double Median, double Minimum, double Maximum, int Count, int Disturbed)
{
    public static Samples Of(IEnumerable<double> values, int disturbed = 0)
    {
        var sorted = values.Order().ToArray();
        return new Samples(MedianOf(sorted), sorted[0], sorted[^1], sorted.Length, disturbed);
    }

    /// <summary>The same repetitions in another unit; a falling conversion (seconds to rates) swaps the extremes.</summary>
    public Samples Convert(Func<double, double> conversion)
    {
        var (low, high) = (conversion(Minimum), conversion(Maximum));
        return this with { Median = conversion(Median), Minimum = Math.Min(low, high), Maximum = Math.Max(low, high) };
    }

    private static double MedianOf(double[] sorted) =>
        sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
}
