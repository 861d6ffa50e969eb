using System.Diagnostics;
using System.Text.Json;

namespace Quiver.Tests.Support;

/// <summary>Debian's Python with its libraries, asked through the scripts in tests/python. Missing on a laptop it skips a test; in CI it fails it.</summary>
internal static class PythonScript
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Feeds lines to a script and returns the JSON lines it prints.</summary>
    /// <param name="module">What it imports beside the standard library, or null.</param>
    /// <param name="package">The Debian package that has it.</param>
    public static async Task<IReadOnlyList<JsonElement>> AskAsync(string script, string? module, string package, IEnumerable<string> lines)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        if (!File.Exists(Python) || (module is not null && await RunAsync(["-c", "import " + module], [], cancellationToken) is not { ExitCode: 0 }))
        {
            var message = $"Debian's {package} is not installed.";
            Assert.True(Environment.GetEnvironmentVariable("CI") != "true", message);
            Assert.Skip(message);
        }

        var (exitCode, output) = await RunAsync([Path.Combine(TestData.RepositoryRoot, "tests", "python", script)], lines, cancellationToken);
        Assert.True(exitCode == 0, $"{script} ended with {exitCode}");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> arguments, IEnumerable<string> lines, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.StandardInput.WriteAsync(string.Concat(lines.Select(line => line + "\n")).AsMemory(), cancellationToken);
            process.StandardInput.Close();
            await errors;
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
