using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Quiver.Server.Tests.Replay;

/// <summary>One thing in which an answer differs from the recorded one.</summary>
/// <param name="Aspect">What, as docs/compatibility.md names it: "status 429 → 200", "header allow", "member data[].embedding" …</param>
/// <param name="Detail">The two values, for whoever reads the failure.</param>
internal readonly record struct Difference(string Aspect, string Detail);

/// <summary>Compares an answer with the recorded one: status, headers, members, texts, vectors within a tolerance.</summary>
/// <remarks>Under another status nothing else is comparable, and nothing else is reported.</remarks>
internal static partial class Comparison
{
    /// <summary>Headers that say how this one answer travelled, or when.</summary>
    private static readonly string[] Incidental = ["date", "content-length", "connection", "transfer-encoding"];

    public static IEnumerable<Difference> Compare(JsonElement recorded, WireAnswer answer, double tolerance = 1e-4)
    {
        var status = recorded.GetProperty("status").GetInt32();
        if (status != answer.Status)
            return [new($"status {status} → {answer.Status}", Shown(answer.Body))];

        return [.. Headers(recorded.GetProperty("headers"), answer), .. Body(recorded, answer, new JsonComparison(tolerance))];
    }

    private static IEnumerable<Difference> Headers(JsonElement recorded, WireAnswer answer)
    {
        foreach (var header in recorded.EnumerateObject().Where(header => !Incidental.Contains(header.Name)))
        {
            var (expected, actual) = (header.Value.GetString()!, answer.Header(header.Name));
            if (actual is null || !SameHeader(header.Name, expected, actual))
                yield return new($"header {header.Name}", $"{expected} | {actual ?? "none"}");
        }

        if (!recorded.TryGetProperty("content-type", out _) && answer.Header("content-type") is { } type)
            yield return new("header content-type", $"none | {type}");
    }

    private static bool SameHeader(string name, string expected, string actual) => name switch
    {
        _ when expected == "<integer>" => Digits().IsMatch(actual),
        "allow" or "vary" => Words(expected).SetEquals(Words(actual)),
        _ => string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase),
    };

    private static HashSet<string> Words(string list) => [.. list.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries)];

    private static IEnumerable<Difference> Body(JsonElement recorded, WireAnswer answer, JsonComparison json)
    {
        if (recorded.TryGetProperty("_metrics", out var metrics))
            return Metrics(metrics, Text(answer));
        if (recorded.TryGetProperty("_text_length", out _))
            return recorded.TryGetProperty("text", out var start) && !Text(answer).StartsWith(start.GetString()!, StringComparison.Ordinal)
                ? [new("text", $"{Shown(start.GetString()!)} | {Shown(answer.Body)}")]
                : [];
        if (recorded.TryGetProperty("text", out var text))
            return PlainText(text.GetString()!, answer);
        return TryParse(answer.Body) is { } body ? json.Compare(recorded.GetProperty("body"), body) : [new("body", Shown(answer.Body))];
    }

    /// <summary>A text in the one string member of a JSON object is still that text.</summary>
    private static IEnumerable<Difference> PlainText(string expected, WireAnswer answer)
    {
        var actual = Text(answer);
        if (actual == expected)
            yield break;
        if (expected.Length == 0 || TryParse(answer.Body) is not { ValueKind: JsonValueKind.Object } json)
        {
            yield return new("text", $"{Shown(expected)} | {Shown(actual)}");
            yield break;
        }

        yield return new("plain text", $"{Shown(expected)} | {Shown(actual)}");
        if (!json.EnumerateObject().Any(member => member.Value.ValueKind == JsonValueKind.String && member.Value.GetString() == expected))
            yield return new("message", $"{Shown(expected)} | {Shown(actual)}");
    }

    /// <summary>The same names, types and labels, with at least the values that the labels had.</summary>
    private static IEnumerable<Difference> Metrics(JsonElement recorded, string exposition)
    {
        var lines = exposition.Split('\n');
        foreach (var metric in recorded.EnumerateArray())
        {
            var (name, type) = (metric.GetProperty("name").GetString()!, metric.GetProperty("type").GetString());
            if (!lines.Contains($"# TYPE {name} {type}"))
                yield return new($"metric {name}", $"{type} | none");
            else if (metric.TryGetProperty("label_values", out var labels))
            {
                var missing = labels.EnumerateObject()
                    .SelectMany(label => label.Value.EnumerateArray().Select(value => $"{label.Name}=\"{value.GetString()}\""))
                    .Where(label => !lines.Any(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal)));
                foreach (var label in missing)
                    yield return new($"label of {name}", $"{label} | none");
            }
        }
    }

    private static string Text(WireAnswer answer) => System.Text.Encoding.UTF8.GetString(answer.Body);

    private static JsonElement? TryParse(byte[] bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Shown(byte[] bytes) => Shown(System.Text.Encoding.UTF8.GetString(bytes));

    internal static string Shown(string text) =>
        text.Length <= 300 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..150]}…{text[^150..]} ({text.Length} characters)");

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();
}
