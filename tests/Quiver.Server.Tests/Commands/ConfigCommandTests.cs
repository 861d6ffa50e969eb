using System.Text.Json;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class ConfigCommandTests
{
    [Fact]
    public async Task Every_setting_is_shown_with_its_value_and_source()
    {
        using var folder = new TemporaryFolder();
        var yaml = folder.Write("quiver.yaml", "server:\n  port: 9000\nauth:\n  api_key: 0123456789-canary\n");
        var run = await QuiverRun.WithVariableAsync("QUIVER_PRECISION", "f32", "config", "show", "--config", yaml, "--host", "127.0.0.1");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["setting", "value", "source"], Words(run.OutputLines[0]));
        Assert.Contains(run.OutputLines, line => Words(line).SequenceEqual(["server.host", "127.0.0.1", "--host"]));
        Assert.Contains(run.OutputLines, line => Words(line).SequenceEqual(["server.port", "9000", $"{yaml}:2"]));
        Assert.Contains(run.OutputLines, line => Words(line).SequenceEqual(["auth.api_key", "***", $"{yaml}:4"]));
        Assert.Contains(run.OutputLines, line => Words(line).SequenceEqual(["models.precision", "f32", "QUIVER_PRECISION"]));
        Assert.DoesNotContain("canary", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_in_JSON_for_programs()
    {
        var run = await QuiverRun.WithVariableAsync("QUIVER_API_KEY", "0123456789-canary", "config", "show", "--json");

        var settings = JsonDocument.Parse(run.OutputBytes).RootElement;
        Assert.Equal(Quiver.Server.Configuration.Settings.All.Count, settings.EnumerateObject().Count());
        var port = settings.GetProperty("server.port");
        Assert.Equal(("8000", "default", "--port", "QUIVER_PORT"), (Member(port, "value"), Member(port, "source"), Member(port, "flag"), Member(port, "variable")));
        var key = settings.GetProperty("auth.api_key");
        Assert.Equal(("***", "QUIVER_API_KEY"), (Member(key, "value"), Member(key, "source")));
        Assert.DoesNotContain("canary", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_serve_would_refuse_is_told_and_is_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        var yaml = folder.Write("quiver.yaml", "server:\n  prot: 9000\nmodels:\n  precision: canary\n");

        foreach (var run in (QuiverRun[])[await QuiverRun.Async("config", "show", "--config", yaml), await QuiverRun.Async("serve", "--config", yaml)])
        {
            Assert.Equal(1, run.ExitCode);
            Assert.Equal(
                $"quiver: {yaml}:2: there is no setting server.prot. Did you mean server.port?\nquiver: {yaml}:4: models.precision takes int16 or f32.\n",
                run.Error);
        }
    }

    [Fact]
    public async Task A_file_that_is_named_and_not_there_is_exit_code_2()
    {
        Assert.Equal(2, (await QuiverRun.Async("serve", "--config", "no-such-file.yaml")).ExitCode);
        Assert.Equal(2, (await QuiverRun.Async("serve", "--env-file", "no-such-file.env")).ExitCode);
    }

    [Fact]
    public async Task The_reference_is_printed()
    {
        var run = await QuiverRun.Async("config", "reference");
        Assert.Equal((0, Quiver.Server.Configuration.ConfigurationReference.Yaml()), (run.ExitCode, run.Output));
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string? Member(JsonElement setting, string name) => setting.GetProperty(name).GetString();
}
