using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Text.Json;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Support;

/// <summary>
/// A page of docs/ whose commands are run as they stand: its first `quiver serve` as a server on a free port, with an `ini` block as its .env, and
/// then each shell block that begins with curl. Where a `json` block follows, that is the answer.
/// </summary>
internal sealed class DeveloperPage
{
    private const string DocumentedAddress = "http://localhost:8000";

    /// <summary>Members whose numbers are never the same twice.</summary>
    private static readonly string[] Times = ["latency_ms"];

    private readonly List<(string Language, string Text)> _blocks = [];

    private DeveloperPage(string file)
    {
        List<string>? lines = null;
        var language = "";
        foreach (var line in File.ReadLines(Path.Combine(TestData.RepositoryRoot, "docs", file)))
        {
            if (!line.StartsWith("```", StringComparison.Ordinal))
                lines?.Add(line);
            else if (lines is null)
                (language, lines) = (line[3..], []);
            else
            {
                _blocks.Add((language, string.Join('\n', lines)));
                lines = null;
            }
        }
    }

    /// <returns>How many blocks of commands were run.</returns>
    public static Task<int> RunAsync(string file) => new DeveloperPage(file).RunAsync();

    private async Task<int> RunAsync()
    {
        using var folder = new TemporaryFolder();
        var variables = Path.Combine(folder.Path, ".env");
        File.WriteAllText(variables, _blocks.FirstOrDefault(block => block.Language == "ini").Text);
        var serve = _blocks.First(block => block.Text.StartsWith("quiver serve", StringComparison.Ordinal)).Text;
        await using var server = await ServerProgram.StartAsync([.. CommandLineParser.SplitCommandLine(serve).Skip(2).Select(word => word switch { ".env" => variables, "/var/lib/quiver" => folder.Path, _ => word })]);

        var run = 0;
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (_blocks[i] is not { Language: "sh", Text: var commands } || !commands.StartsWith("curl", StringComparison.Ordinal))
                continue;
            run++;
            var output = await ShellAsync(commands.Replace(DocumentedAddress, server.Address.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal));
            Assert.False(string.IsNullOrWhiteSpace(output), $"Nothing came of: {commands}");
            if (i + 1 < _blocks.Count && _blocks[i + 1] is { Language: "json", Text: var answer })
                AssertAlike("$", JsonDocument.Parse(answer.Replace(", …", "", StringComparison.Ordinal)).RootElement, JsonDocument.Parse(output).RootElement);
        }

        return run;
    }

    /// <summary>Lists may be shortened, numbers rounded to the fifth decimal.</summary>
    private static void AssertAlike(string at, JsonElement documented, JsonElement answered)
    {
        Assert.Equal((at, documented.ValueKind), (at, answered.ValueKind));
        switch (documented.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(documented.EnumerateObject().Select(member => member.Name), answered.EnumerateObject().Select(member => member.Name));
                foreach (var member in documented.EnumerateObject().Where(member => !Times.Contains(member.Name)))
                    AssertAlike($"{at}.{member.Name}", member.Value, answered.GetProperty(member.Name));
                break;
            case JsonValueKind.Array:
                Assert.All(documented.EnumerateArray().Zip(answered.EnumerateArray()), pair => AssertAlike($"{at}[]", pair.First, pair.Second));
                break;
            case JsonValueKind.Number:
                Assert.Equal(documented.GetDouble(), answered.GetDouble(), 1e-5);
                break;
            default:
                Assert.Equal((at, documented.ToString()), (at, answered.ToString()));
                break;
        }
    }

    private static async Task<string> ShellAsync(string commands)
    {
        var start = new ProcessStartInfo("sh", ["-ec", commands]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // A proxy of the machine must not stand between curl and the server under test.
        foreach (var variable in start.Environment.Keys.Where(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);

        using var shell = Process.Start(start)!;
        var output = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(shell.ExitCode == 0, $"{commands}\nended with {shell.ExitCode}: {await error}");
        return await output;
    }
}
