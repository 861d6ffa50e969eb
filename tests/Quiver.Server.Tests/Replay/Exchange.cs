using System.Text.Json;
using System.Text.RegularExpressions;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>One request to a real server, and what it answered.</summary>
/// <param name="Setup">How the server ran, as docs/compatibility.md writes it: "tiny-bert --max-concurrent-requests 1".</param>
/// <param name="Name">Unique within the set-up.</param>
internal sealed partial record Exchange(string Setup, string Name, JsonElement Request, JsonElement Response)
{
    /// <summary>All exchanges of tests/data/transcripts/NAME.jsonl, in the order they were made.</summary>
    public static IReadOnlyList<Exchange> Recorded(string name) =>
        [.. TestData.Cases($"transcripts/{name}.jsonl").Select(line => new Exchange(
            SetupOf(line.GetProperty("setup")), line.GetProperty("name").GetString()!, line.GetProperty("request"), line.GetProperty("response")))];

    /// <summary>Two backends of one server differ by 3e-5 already; all-MiniLM-L6-v2 lies here with its weights rounded to float16.</summary>
    public double Tolerance => Setup.StartsWith("all-MiniLM-L6-v2", StringComparison.Ordinal) || Setup.Length == 1 ? 1e-3 : 1e-4;

    public override string ToString() => $"{Name} in {Setup}";

    /// <summary>The model, what it was started with, and the backend where it was not the usual one.</summary>
    private static string SetupOf(JsonElement setup)
    {
        var model = setup.GetProperty("model").GetString()!.Replace("sentence-transformers/", "", StringComparison.Ordinal);
        var flags = Flags().Matches(setup.GetProperty("flags").GetString()!.Split(" (")[0]).Select(flag => flag.Value.Trim()).Where(flag => flag != "--dtype float32");
        var variables = setup.TryGetProperty("env", out var env) ? env.EnumerateObject().Select(one => $"{one.Name}={one.Value}") : [];
        var backend = setup.TryGetProperty("kind", out var kind) && kind.GetString() == "Candle backend" ? ["(Candle)"] : Array.Empty<string>();
        return string.Join(' ', [model, .. flags, .. variables, .. backend]);
    }

    [GeneratedRegex("""--\S+( (?!--)("[^"]*"|\S+))?""")]
    private static partial Regex Flags();
}
