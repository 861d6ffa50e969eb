using System.Diagnostics;
using System.Text.Json;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Support;

/// <summary>Runs a script of tests/npm, with the client libraries that ./test installs there.</summary>
internal static class NodeScript
{
    private static readonly string Folder = Path.Combine(TestData.RepositoryRoot, "tests", "npm");

    /// <summary>Runs it to its end and returns the JSON it printed.</summary>
    /// <remarks>Where Node or the libraries are missing the test is skipped; where CI=true it fails.</remarks>
    public static async Task<JsonElement> RunAsync(string script, params string[] arguments)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            Missing("The client libraries are not installed: run ./test, or npm ci in tests/npm.");

        using var node = Start([script, .. arguments]);
        try
        {
            var output = node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(node.ExitCode == 0, $"{script} ended with {node.ExitCode}: {await error}");
            return JsonDocument.Parse(await output).RootElement;
        }
        finally
        {
            if (!node.HasExited)
                node.Kill();
        }
    }

    private static Process Start(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        // A proxy of the machine must not stand between the client and the server under test.
        foreach (var variable in start.Environment.Keys.Where(name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(variable);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Missing("Node.js is not installed.");
            throw;
        }
    }

    private static void Missing(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(what);
        Assert.Skip(what);
    }
}
