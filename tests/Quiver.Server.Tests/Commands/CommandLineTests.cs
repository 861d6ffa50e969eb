using System.Diagnostics;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public class CommandLineTests
{
    [Fact]
    public async Task Help_names_every_command_and_shows_examples()
    {
        var run = await QuiverRun.Async("--help");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("quiver [command] [options]", run.Output, StringComparison.Ordinal);
        foreach (var command in (string[])["serve", "embed", "tokenize", "models", "bench"])
            Assert.Contains($"\n  {command} ", run.Output, StringComparison.Ordinal);
        Assert.Contains("Examples:\n  quiver serve\n", run.Output, StringComparison.Ordinal);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public async Task No_arguments_at_all_show_the_help()
    {
        var run = await QuiverRun.Async();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Commands:", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("embd")]
    [InlineData("embed", "--inptu", "x")]
    [InlineData("embed", "--format", "xml")]
    [InlineData("embed", "--precision", "int8")]
    [InlineData("embed", "surplus")]
    public async Task A_wrong_command_line_is_exit_code_1_with_a_line_of_advice(params string[] arguments)
    {
        var run = await QuiverRun.Async(arguments);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.StartsWith("quiver: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help'.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_exit_code_2_without_a_stack_trace()
    {
        var run = await QuiverRun.Async("embed", "--input", "no-such-file.txt");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("no-such-file.txt", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("@canary-7c1e")]
    [InlineData("canary-7c1e ünfit")]
    [InlineData("-canary-7c1e")]
    public async Task A_key_that_cannot_be_used_is_never_printed_and_never_taken_for_the_name_of_a_file(string key)
    {
        var asArgument = await QuiverRun.Async("serve", "--port", "0", "--api-key", key);
        var asVariable = await QuiverRun.WithVariableAsync("QUIVER_API_KEY", key, "serve", "--port", "0");

        foreach (var run in (QuiverRun[])[asArgument, asVariable])
        {
            Assert.Equal(1, run.ExitCode);
            Assert.Equal("", run.Output);
            Assert.Contains("The API key", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Output_to_a_file_that_others_write_to_overwrites_nothing_and_is_not_overwritten()
    {
        using var folder = new TemporaryFolder();
        var program = Path.Combine(AppContext.BaseDirectory, "Quiver.Server.dll");
        var script = $"{{ echo before; echo hello | dotnet '{program}' tokenize; echo after; }} > '{folder.File("out")}'";

        using (var shell = Process.Start("sh", ["-c", script]))
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("before\n101 7592 102\nafter\n", await File.ReadAllTextAsync(folder.File("out"), TestContext.Current.CancellationToken));
    }
}
