using System.CommandLine.Parsing;
using System.Diagnostics;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

/// <summary>The commands that a page for users of another server shows are run as they stand, on a free port.</summary>
public sealed class ComingFromTests
{
    [Theory]
    [InlineData("coming-from-tei.md", "http://localhost:3000")]
    public async Task Every_command_of_the_page_works(string page, string address)
    {
        var commands = ShellLines(page).ToList();
        var serve = Assert.Single(commands, command => command.StartsWith("quiver serve ", StringComparison.Ordinal));
        var arguments = CommandLineParser.SplitCommandLine(serve).Skip(2).ToArray();
        var port = Array.IndexOf(arguments, "--port");
        await using var server = await ServerProgram.StartAsync([.. arguments[..port], .. arguments[(port + 2)..]]);

        var requests = commands.Where(command => command.StartsWith("curl ", StringComparison.Ordinal)).ToList();
        Assert.Equal(commands.Count - 1, requests.Count);
        Assert.NotEmpty(requests);
        foreach (var request in requests)
        {
            Assert.Contains(address, request, StringComparison.Ordinal);
            await RunAsync(request.Replace(address, server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal));
        }
    }

    /// <summary>As a user's shell would, but that an error status is a failure.</summary>
    private static async Task RunAsync(string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", $"{command} --fail-with-body --silent --show-error --noproxy '*'"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var shell = Process.Start(start)!;
        try
        {
            var output = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(shell.ExitCode == 0, $"{command}: {await error}{await output}");
        }
        finally
        {
            if (!shell.HasExited)
                shell.Kill();
        }
    }

    private static IEnumerable<string> ShellLines(string page)
    {
        var inside = false;
        foreach (var line in File.ReadLines(Path.Combine(TestData.RepositoryRoot, "docs", page)))
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                inside = !inside && line == "```sh";
            else if (inside)
                yield return line;
        }
    }
}
