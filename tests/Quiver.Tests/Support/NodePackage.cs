using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Quiver.Tests.Support;

/// <summary>Real packages of other makers, asked through the scripts in tests/npm. Missing on a laptop they skip a test; in CI they fail it.</summary>
internal static class NodePackage
{
    private static readonly string Folder = Path.Combine(TestData.RepositoryRoot, "tests", "npm");

    /// <summary>Feeds lines to a script and returns the JSON lines it prints.</summary>
    public static List<JsonElement> Ask(string package, string script, params IEnumerable<string> lines)
    {
        Require(package);
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(Folder, script));
        using var process = Process.Start(start)!;
        var writing = Task.Run(
            async () =>
            {
                foreach (var line in lines)
                    await process.StandardInput.WriteLineAsync(line);
                process.StandardInput.Close();
            },
            TestContext.Current.CancellationToken);
        var answers = new List<JsonElement>();
        while (process.StandardOutput.ReadLine() is { } line)
            answers.Add(JsonDocument.Parse(line).RootElement);
        process.WaitForExit();
        Assert.True(writing.IsCompletedSuccessfully && process.ExitCode == 0, $"{script} ended with {process.ExitCode}");
        return answers;
    }

    private static void Require(string package)
    {
        if (Directory.Exists(Path.Combine(Folder, "node_modules", package)))
            return;
        var message = $"{package} is not installed: run ./test, or npm ci in tests/npm.";
        Assert.True(Environment.GetEnvironmentVariable("CI") != "true", message);
        Assert.Skip(message);
    }
}
