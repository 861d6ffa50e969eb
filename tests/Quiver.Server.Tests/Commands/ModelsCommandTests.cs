using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public class ModelsCommandTests
{
    [Theory]
    [InlineData("models")]
    [InlineData("models", "list")]
    public async Task The_default_model_is_listed(params string[] arguments)
    {
        var run = await QuiverRun.Async(arguments);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("model", run.OutputLines[0].Split(' ')[0]);
        Assert.Contains(run.OutputLines, line => line.Split("  ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            is ["all-MiniLM-L6-v2", "bert", "384", "6", "256", _, "apache-2.0"]);
    }

    [Fact]
    public async Task Folders_given_are_listed_too()
    {
        var folder = TestData.TinyModel("distilbert");

        var run = await QuiverRun.Async("models", "list", folder);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains(run.OutputLines, line => line.StartsWith("distilbert ", StringComparison.Ordinal));
        Assert.Contains(run.OutputLines, line => line.StartsWith("all-MiniLM-L6-v2 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_used_says_why_and_the_others_are_still_listed()
    {
        using var broken = new TemporaryFolder();
        broken.Write("config.json", "{}");

        var run = await QuiverRun.Async("models", "list", broken.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("config.json", run.Error, StringComparison.Ordinal);
        Assert.Contains("all-MiniLM-L6-v2", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all-MiniLM-L6-v2", "384 elements, unit length")]
    [InlineData("distilbert", "64 elements")]
    public async Task Show_describes_a_model_by_name_or_folder(string model, string vector)
    {
        var run = await QuiverRun.Async("models", "show", model == "distilbert" ? TestData.TinyModel(model) : model);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(run.OutputLines, line => line.StartsWith("vector ", StringComparison.Ordinal) && line.EndsWith($"  {vector}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_exit_code_2()
    {
        var run = await QuiverRun.Async("models", "show", "nothing");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("all-MiniLM-L6-v2", run.Error, StringComparison.Ordinal);
    }
}
