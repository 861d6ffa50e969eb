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
    /// <summary>Two backends of the recorded server differ by 3e-5 already.</summary>
    private const double Tolerance = 1e-4;

    /// <summary>Headers that say how this one answer travelled, or when.</summary>
    private static readonly string[] Incidental = ["date", "content-length", "connection", "transfer-encoding"];

    public static IEnumerable<Difference> Compare(JsonElement recorded, WireAnswer answer)
    {
        var status = recorded.GetProperty("status").GetInt32();
        if (status != answer.Status)
            return [new($"status {status} → {answer.Status}", Shown(answer.Body))];

        return [.. Headers(recorded.GetProperty("headers"), answer), .. Body(recorded, answer)];
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

    private static IEnumerable<Difference> Body(JsonElement recorded, WireAnswer answer)
    {
        if (recorded.TryGetProperty("_metrics", out var metrics))
            return Metrics(metrics, Text(answer));
        if (recorded.TryGetProperty("_text_length", out _))
            return recorded.TryGetProperty("text", out var start) && !Text(answer).StartsWith(start.GetString()!, StringComparison.Ordinal)
                ? [new("text", $"{Shown(start.GetString()!)} | {Shown(answer.Body)}")]
                : [];
        if (recorded.TryGetProperty("text", out var text))
            return PlainText(text.GetString()!, answer);
        return Json(recorded.GetProperty("body"), answer);
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

    private static IEnumerable<Difference> Metrics(JsonElement recorded, string exposition) =>
        recorded.EnumerateArray().Select(metric => (Name: metric.GetProperty("name").GetString()!, Type: metric.GetProperty("type").GetString()))
            .Where(metric => !exposition.Contains($"# TYPE {metric.Name} {metric.Type}\n", StringComparison.Ordinal))
            .Select(metric => new Difference($"metric {metric.Name}", $"{metric.Type} | none"));

    private static IEnumerable<Difference> Json(JsonElement expected, WireAnswer answer) =>
        TryParse(answer.Body) is { } actual ? Values("", expected, actual).DistinctBy(difference => difference.Aspect) : [new("body", Shown(answer.Body))];

    private static IEnumerable<Difference> Values(string path, JsonElement expected, JsonElement actual) => (expected.ValueKind, actual.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Array) when expected.TryGetProperty("_first", out var first) => Shortened(path, expected, first, actual),
        (JsonValueKind.Object, JsonValueKind.Object) => Members(path, expected, actual),
        (JsonValueKind.Array, JsonValueKind.Array) => Items(path, expected, actual),
        _ when SameValue(expected, actual) || (path.EndsWith("embedding", StringComparison.Ordinal) && SameVector(expected, actual)) => [],
        _ => [new($"member {Named(path)}", $"{Shown(expected.GetRawText())} | {Shown(actual.GetRawText())}")],
    };

    private static IEnumerable<Difference> Members(string path, JsonElement expected, JsonElement actual)
    {
        foreach (var member in expected.EnumerateObject())
        {
            var inner = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!actual.TryGetProperty(member.Name, out var value))
                yield return new($"member {inner}", $"{Shown(member.Value.GetRawText())} | none");
            else
                foreach (var difference in Values(inner, member.Value, value))
                    yield return difference;
        }

        foreach (var extra in actual.EnumerateObject().Where(member => !expected.TryGetProperty(member.Name, out _)))
            yield return new($"extra member {(path.Length == 0 ? extra.Name : $"{path}.{extra.Name}")}", Shown(extra.Value.GetRawText()));
    }

    private static IEnumerable<Difference> Items(string path, JsonElement expected, JsonElement actual) =>
        expected.GetArrayLength() != actual.GetArrayLength()
            ? [new($"member {Named(path)}", $"{expected.GetArrayLength()} items | {actual.GetArrayLength()} items")]
            : expected.EnumerateArray().Zip(actual.EnumerateArray()).SelectMany(pair => Values($"{path}[]", pair.First, pair.Second));

    /// <summary>Long vectors were recorded by their length and their first elements.</summary>
    private static IEnumerable<Difference> Shortened(string path, JsonElement expected, JsonElement first, JsonElement actual)
    {
        var same = actual.GetArrayLength() == expected.GetProperty("_length").GetInt32()
            && first.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => SameValue(pair.First, pair.Second));
        return same ? [] : [new($"member {Named(path)}[]", $"{Shown(expected.GetRawText())} | {Shown(actual.GetRawText())}")];
    }

    private static bool SameValue(JsonElement expected, JsonElement actual) => (expected.ValueKind, actual.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => expected.TryGetInt64(out var whole) && !expected.GetRawText().Contains('.', StringComparison.Ordinal)
            ? actual.TryGetInt64(out var other) && whole == other
            : Math.Abs(expected.GetDouble() - actual.GetDouble()) <= Tolerance,
        (JsonValueKind.String, JsonValueKind.String) => expected.GetString() == actual.GetString(),
        var (a, b) => a == b && a is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null,
    };

    /// <summary>Whether both are the base64 of float32 vectors that agree.</summary>
    private static bool SameVector(JsonElement expected, JsonElement actual) =>
        (expected.ValueKind, actual.ValueKind) == (JsonValueKind.String, JsonValueKind.String) && expected.TryGetBytesFromBase64(out var a) && actual.TryGetBytesFromBase64(out var b) && a.Length == b.Length && a.Length % 4 == 0
        && Enumerable.Range(0, a.Length / 4).All(i => Math.Abs(BitConverter.ToSingle(a, 4 * i) - BitConverter.ToSingle(b, 4 * i)) <= Tolerance);

    private static string Named(string path) => path.Length == 0 ? "(root)" : path;

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

    private static string Shown(string text) =>
        text.Length <= 300 ? text : string.Create(CultureInfo.InvariantCulture, $"{text[..150]}…{text[^150..]} ({text.Length} characters)");

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();
}
