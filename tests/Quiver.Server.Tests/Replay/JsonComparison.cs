using System.Text.Json;
using System.Text.RegularExpressions;

namespace Quiver.Server.Tests.Replay;

/// <summary>Compares two JSON values, member by member; numbers that were recorded as fractions within a tolerance.</summary>
internal sealed partial class JsonComparison(double tolerance)
{
    /// <summary>One difference for each member that differs, however often it does.</summary>
    public IEnumerable<Difference> Compare(JsonElement expected, JsonElement actual) => Values("", expected, actual).DistinctBy(difference => difference.Aspect);

    private IEnumerable<Difference> Values(string path, JsonElement expected, JsonElement actual) => (expected.ValueKind, actual.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Array) when expected.TryGetProperty("_first", out var first) => Shortened(path, expected, first, actual),
        (JsonValueKind.Object, JsonValueKind.Array) when expected.TryGetProperty("_items", out var items) => expected.GetProperty("_count").GetInt32() == actual.GetArrayLength()
            ? items.EnumerateArray().Zip(actual.EnumerateArray()).SelectMany(pair => Values($"{path}[]", pair.First, pair.Second))
            : [new($"member {Named(path)}", $"{expected.GetProperty("_count")} items | {actual.GetArrayLength()} items")],
        (JsonValueKind.Object, JsonValueKind.Object) => Members(path, expected, actual),
        (JsonValueKind.Array, JsonValueKind.Array) => Items(path, expected, actual),
        _ when SameValue(expected, actual) || (path.EndsWith("embedding", StringComparison.Ordinal) && SameVector(expected, actual)) => [],
        _ => [new($"member {Named(path)}", $"{Comparison.Shown(expected.GetRawText())} | {Comparison.Shown(actual.GetRawText())}")],
    };

    private IEnumerable<Difference> Members(string path, JsonElement expected, JsonElement actual)
    {
        foreach (var member in expected.EnumerateObject())
        {
            var inner = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (!actual.TryGetProperty(member.Name, out var value))
                yield return new($"member {inner}", $"{Comparison.Shown(member.Value.GetRawText())} | none");
            else
                foreach (var difference in Values(inner, member.Value, value))
                    yield return difference;
        }

        foreach (var extra in actual.EnumerateObject().Where(member => !expected.TryGetProperty(member.Name, out _)))
            yield return new($"extra member {(path.Length == 0 ? extra.Name : $"{path}.{extra.Name}")}", Comparison.Shown(extra.Value.GetRawText()));
    }

    private IEnumerable<Difference> Items(string path, JsonElement expected, JsonElement actual) =>
        expected.GetArrayLength() != actual.GetArrayLength()
            ? [new($"member {Named(path)}", $"{expected.GetArrayLength()} items | {actual.GetArrayLength()} items")]
            : expected.EnumerateArray().Zip(actual.EnumerateArray()).SelectMany(pair => Values($"{path}[]", pair.First, pair.Second));

    /// <summary>Long vectors were recorded by their length and their first elements.</summary>
    private IEnumerable<Difference> Shortened(string path, JsonElement expected, JsonElement first, JsonElement actual)
    {
        var same = actual.GetArrayLength() == expected.GetProperty("_length").GetInt32()
            && first.EnumerateArray().Zip(actual.EnumerateArray()).All(pair => SameValue(pair.First, pair.Second));
        return same ? [] : [new($"member {Named(path)}[]", $"{Comparison.Shown(expected.GetRawText())} | {Comparison.Shown(actual.GetRawText())}")];
    }

    private bool SameValue(JsonElement expected, JsonElement actual) => (expected.ValueKind, actual.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => expected.TryGetInt64(out var whole) && !expected.GetRawText().Contains('.', StringComparison.Ordinal)
            ? actual.TryGetInt64(out var other) && whole == other
            : Math.Abs(expected.GetDouble() - actual.GetDouble()) <= tolerance,
        (JsonValueKind.String, JsonValueKind.String) => expected.GetString() == actual.GetString() || HasShape(expected.GetString()!, actual.GetString()!),
        var (a, b) => a == b && a is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null,
    };

    /// <summary>Whether both are the base64 of float32 vectors that agree.</summary>
    private bool SameVector(JsonElement expected, JsonElement actual) =>
        (expected.ValueKind, actual.ValueKind) == (JsonValueKind.String, JsonValueKind.String) && expected.TryGetBytesFromBase64(out var a) && actual.TryGetBytesFromBase64(out var b) && a.Length == b.Length && a.Length % 4 == 0
        && Enumerable.Range(0, a.Length / 4).All(i => Math.Abs(BitConverter.ToSingle(a, 4 * i) - BitConverter.ToSingle(b, 4 * i)) <= tolerance);

    private static string Named(string path) => path.Length == 0 ? "(root)" : path;

    /// <summary>Secrets, ids and times were recorded by their shape: "usr_&lt;24 hex&gt;".</summary>
    private static bool HasShape(string expected, string actual) => expected.Contains('<', StringComparison.Ordinal)
        && Regex.IsMatch(actual, $"^{Shape().Replace(Regex.Escape(expected), shape => shape.Groups["hex"].Success ? $"[0-9a-f]{{{shape.Groups["hex"].Value}}}" : shape.Value.Contains("jwt", StringComparison.Ordinal) ? @"[\w-]+\.[\w-]+\.[\w-]+" : @"\d{4}-\d\d-\d\d")}$");

    [GeneratedRegex(@"<(?<hex>\d+)\\ hex>|<jwt[^>]*>|<today>")]
    private static partial Regex Shape();
}
