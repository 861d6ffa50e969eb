using System.Globalization;
using System.Text.RegularExpressions;

namespace Quiver.Server.Tests.Support;

/// <summary>
/// Prometheus's text format or OpenMetrics, read by the letter of their specifications: what a lenient scraper would let pass fails the
/// test that reads it.
/// </summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, Family> _families = [];

    public IReadOnlyDictionary<string, Family> Families => _families;

    /// <summary>One metric.</summary>
    public sealed record Family(string Name, string Type, string? Help)
    {
        public List<Sample> Samples { get; } = [];

        public IEnumerable<string> LabelNames => Samples.SelectMany(sample => sample.Labels.Keys).Distinct().Order(StringComparer.Ordinal);
    }

    public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value, string Series);

    public static Exposition Read(string text, bool openMetrics = false)
    {
        Assert.EndsWith(openMetrics ? "\n# EOF\n" : "\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var exposition = new Exposition();
        string? help = null;
        Family? family = null;
        foreach (var line in text[..^1].Split('\n'))
        {
            if (line == "# EOF")
            {
                Assert.True(openMetrics);
            }
            else if (HelpLine().Match(line) is { Success: true } description)
            {
                Assert.Null(help);
                help = line;
                Assert.False(exposition._families.ContainsKey(description.Groups[1].Value), line);
            }
            else if (TypeLine().Match(line) is { Success: true } type)
            {
                Assert.True(help is null || help.StartsWith($"# HELP {type.Groups[1].Value} ", StringComparison.Ordinal), line);
                family = new Family(type.Groups[1].Value, type.Groups[2].Value, help?[$"# HELP {type.Groups[1].Value} ".Length..]);
                Assert.True(exposition._families.TryAdd(family.Name, family), $"{line}: its lines do not stand together.");
                help = null;
            }
            else
            {
                Assert.NotNull(family);
                family.Samples.Add(ReadSample(line, family, openMetrics));
            }
        }

        Assert.Null(help);
        Assert.All(exposition._families.Values, Check);
        return exposition;
    }

    /// <summary>The value of one series; its labels in any order.</summary>
    public double Value(string name, params (string Name, string Value)[] labels)
    {
        var found = _families.Values.SelectMany(family => family.Samples)
            .Where(sample => sample.Name == name && sample.Labels.Count == labels.Length && labels.All(label => sample.Labels.TryGetValue(label.Name, out var value) && value == label.Value))
            .ToList();
        Assert.True(found.Count == 1, $"{found.Count} series {name} with {string.Join(", ", labels)}.");
        return found[0].Value;
    }

    private static Sample ReadSample(string line, Family family, bool openMetrics)
    {
        var parts = SampleLine().Match(line);
        Assert.True(parts.Success, $"Not a sample: {line}");
        var name = parts.Groups["name"].Value;
        string[] suffixes = family.Type switch
        {
            "histogram" => ["_bucket", "_sum", "_count"],
            "counter" when openMetrics => ["_total"],
            _ => [""],
        };
        Assert.Contains(name, suffixes.Select(suffix => family.Name + suffix));

        var labels = new Dictionary<string, string>();
        var order = new List<string>();
        foreach (Match label in Label().Matches(parts.Groups["labels"].Value))
        {
            Assert.True(labels.TryAdd(label.Groups[1].Value, Regex.Unescape(label.Groups[2].Value)), $"A label twice: {line}");
            Assert.False(label.Groups[2].Value == "", $"An empty label: {line}");
            order.Add(label.Value);
        }

        Assert.Equal(parts.Groups["labels"].Value, string.Join(",", order));
        Assert.Equal(name.EndsWith("_bucket", StringComparison.Ordinal) && family.Type == "histogram", labels.ContainsKey("le"));
        return new Sample(name, labels, Number(parts.Groups["value"].Value), string.Join(",", labels.Where(label => label.Key != "le").OrderBy(label => label.Key, StringComparer.Ordinal)));
    }

    private static void Check(Family family)
    {
        Assert.NotEmpty(family.Samples);
        Assert.Distinct(family.Samples.Select(sample => $"{sample.Name} {sample.Series} {sample.Labels.GetValueOrDefault("le")}"));
        if (family.Type is "counter" or "histogram")
            Assert.All(family.Samples, sample => Assert.True(sample.Value >= 0, $"{sample.Name} is {sample.Value}."));
        if (family.Type == "histogram")
            Assert.All(family.Samples.GroupBy(sample => sample.Series), CheckHistogram);
    }

    private static void CheckHistogram(IEnumerable<Sample> series)
    {
        var samples = series.ToList();
        var buckets = samples.Where(sample => sample.Labels.ContainsKey("le")).ToList();
        var bounds = buckets.Select(bucket => Number(bucket.Labels["le"])).ToList();
        Assert.Equal(bounds.Distinct().Order(), bounds);
        Assert.Equal(double.PositiveInfinity, bounds[^1]);
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        Assert.Equal(buckets[^1].Value, Assert.Single(samples, sample => sample.Name.EndsWith("_count", StringComparison.Ordinal)).Value);
        Assert.Single(samples, sample => sample.Name.EndsWith("_sum", StringComparison.Ordinal));
    }

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\]|\\\\|\\n)+$")]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|unknown)$")]
    private static partial Regex TypeLine();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.+)\})? (?<value>\S+)$")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(?=,|$)""")]
    private static partial Regex Label();
}
