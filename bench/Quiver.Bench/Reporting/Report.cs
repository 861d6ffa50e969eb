using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Quiver.Bench.Measurement;

namespace Quiver.Bench.Reporting;

/// <summary>What one run of a command measured: tables for people, figures for programs. Tables appear on the console as they fill.</summary>
internal sealed class Report(string command, Machine machine, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private readonly List<Figure> _figures = [];
    private readonly StringBuilder _markdown = new();

    public Table Table(string title, params string[] columns)
    {
        Line($"\n### {title}\n");
        return new Table(columns, Line);
    }

    public void Note(string text) => Line($"\n{text}");

    /// <param name="id">The scenario ("B7") or the group ("gemm").</param>
    /// <param name="target">What the figure should reach, in its own unit, and which way is better.</param>
    public void Figure(string id, string name, Samples samples, Target? target = null) =>
        _figures.Add(new Figure(id, name, samples.Median, samples.Minimum, samples.Maximum, samples.Count, samples.Disturbed, target?.Text, target?.IsMetBy(samples.Median)));

    public void Figure(string id, string name, double value, Target? target = null) => Figure(id, name, Samples.Of([value]), target);

    /// <summary>Writes DATE-COMMAND.md and DATE-COMMAND.json.</summary>
    /// <returns>The path without its extension.</returns>
    public string Save(string folder)
    {
        var date = clock.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{date}-{command}");
        File.WriteAllText(path + ".md", $"# bench {command}, {date}\n\n{machine.Describe()}\n{_markdown}");
        File.WriteAllText(path + ".json", JsonSerializer.Serialize(new { command, date, machine, figures = _figures }, Json) + "\n");
        return path;
    }

    private void Line(string text)
    {
        Console.WriteLine(text);
        _markdown.Append(text).Append('\n');
    }
}

/// <summary>One measured value with its spread, as it stands in the JSON file.</summary>
internal sealed record Figure(string Id, string Name, double Value, double Minimum, double Maximum, int Samples, int Disturbed, string? Target, bool? Met);

/// <summary>A bound that a figure should keep.</summary>
internal sealed record Target(double Bound, bool AtLeast)
{
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{(AtLeast ? "≥" : "≤")} {Bound:0.######}");

    public static Target Least(double bound) => new(bound, AtLeast: true);

    public static Target Most(double bound) => new(bound, AtLeast: false);

    public bool IsMetBy(double value) => AtLeast ? value >= Bound : value <= Bound;
}
