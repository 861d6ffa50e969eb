using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Quiver.Server.Commands.Checks;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Commands;

public sealed class DoctorCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_machine_where_the_server_works_passes_every_check()
    {
        var run = await QuiverRun.Async("doctor", "--port", "0");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["configuration", "model", "processor", "memory", "clock", "disk", "database", "port"], run.OutputLines.Where(line => !line.Contains("->", StringComparison.Ordinal)).Select(line => Words(line)[1]));
        Assert.Contains(run.OutputLines, line => line.StartsWith("ok    model          all-MiniLM-L6-v2 loads and computes in ", StringComparison.Ordinal));
        Assert.DoesNotContain(run.OutputLines, line => line.StartsWith("fail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_in_JSON_for_programs()
    {
        var run = await QuiverRun.Async("doctor", "--port", "0", "--json");
        var findings = JsonDocument.Parse(run.OutputBytes).RootElement.EnumerateArray().ToList();
        Assert.Contains(findings, finding => finding.GetProperty("check").GetString() == "port" && finding.GetProperty("verdict").GetString() == "ok");
        Assert.All(findings, finding => Assert.Equal(finding.GetProperty("verdict").GetString() == "ok", finding.GetProperty("fix").ValueKind == JsonValueKind.Null));
    }

    [Fact]
    public async Task A_port_in_use_is_found_with_its_fix()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await FailsAsync($"port           {port} on localhost is in use", $"ss -ltnp 'sport = :{port}'", "--port", $"{port}");
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_found_with_its_fix() =>
        await FailsAsync("model          'no-such-model' is neither a model nor a folder", "quiver models list", "--model", "no-such-model");

    [Fact]
    public async Task A_model_that_is_damaged_is_found()
    {
        var model = _folder.File("damaged");
        Directory.CreateDirectory(model);
        foreach (var file in Directory.GetFiles(Quiver.Tests.Support.TestData.DefaultModel))
            File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(model, "tokenizer.json"), "{", TestContext.Current.CancellationToken);
        await FailsAsync("model ", "quiver models list", "--model", model);
    }

    [Fact]
    public async Task What_is_wrong_in_the_configuration_is_found_and_the_rest_is_still_checked()
    {
        var yaml = _folder.Write("quiver.yaml", "server:\n  prot: 1\n");
        var run = await FailsAsync($"configuration  {yaml}:2: there is no setting server.prot. Did you mean server.port?", "quiver config reference", "--config", yaml);
        Assert.Contains(run.OutputLines, line => line.StartsWith("ok    model ", StringComparison.Ordinal));
        await FailsAsync("configuration  Could not find file", "Name a file that is there", "--config", "no-such-file.yaml");
        await FailsAsync("configuration  --host 0.0.0.0 lets other machines in", "Set a key", "--host", "0.0.0.0");
    }

    [Fact]
    public async Task A_secret_that_others_can_read_is_warned_of_and_not_shown()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no such modes there.");
            return;
        }

        var yaml = _folder.Write("quiver.yaml", "auth:\n  api_key: 0123456789-canary\n");
        File.SetUnixFileMode(yaml, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var run = await QuiverRun.Async("doctor", "--port", "0", "--config", yaml);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"warn  configuration  {yaml} holds a secret", run.Output, StringComparison.Ordinal);
        Assert.Contains($"-> chmod o-rwx {yaml}", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", run.Output, StringComparison.Ordinal);

        File.SetUnixFileMode(yaml, UnixFileMode.UserRead);
        Assert.DoesNotContain("holds a secret", (await QuiverRun.Async("doctor", "--port", "0", "--config", yaml)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_looked_into()
    {
        using var authority = new TestCertificates();
        var (certificate, key) = authority.Write(_folder, 1);
        string[] tls = ["--tls-cert", certificate, "--tls-key", key];
        var good = await QuiverRun.Async(["doctor", "--port", "0", .. tls]);
        Assert.Contains($"ok    certificate    {certificate} is valid until 2050-01-01", good.Output, StringComparison.Ordinal);

        authority.Write(_folder, 2, end: TimeProvider.System.GetUtcNow().AddDays(3));
        var soon = await QuiverRun.Async(["doctor", "--port", "0", .. tls]);
        Assert.Equal(0, soon.ExitCode);
        Assert.Contains($"warn  certificate    {certificate} is valid until ", soon.Output, StringComparison.Ordinal);

        authority.Write(_folder, 3, end: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await FailsAsync($"certificate    {certificate} is valid from 2020-01-01 00:00:00Z to 2021-01-01 00:00:00Z, which is not now", "Renew it", tls);
        await FailsAsync($"certificate    {key} holds no certificate in PEM", "in PEM", "--tls-cert", key, "--tls-key", key);
    }

    [Fact]
    public void The_folder_that_the_log_goes_to_is_looked_at_and_left_as_it_is()
    {
        var missing = Disk(new ServeOptions { LogFile = _folder.File("none/quiver.log") });
        Assert.Equal((Verdict.Fail, $"{_folder.File("none")} cannot be written to"), (missing.Verdict, missing.Message));
        Assert.Equal(Verdict.Ok, Disk(new ServeOptions { LogFile = _folder.File("quiver.log") }).Verdict);
        Assert.Equal(Verdict.Warn, Disk(new ServeOptions { LogFile = _folder.File("quiver.log"), LogFileSize = long.MaxValue / 8 }).Verdict);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));

        static Finding Disk(ServeOptions options) => MachineChecks.Look(options, TimeProvider.System).Single(finding => finding.Check == "disk");
    }

    [Fact]
    public async Task A_processor_without_wide_instructions_is_warned_of()
    {
        var run = await QuiverRun.WithVariableAsync("DOTNET_EnableHWIntrinsic", "0", "doctor", "--port", "0");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("warn  processor      no AVX2", run.Output, StringComparison.Ordinal);
    }

    private static async Task<QuiverRun> FailsAsync(string finding, string fix, params string[] arguments)
    {
        string[] port = arguments.Contains("--port") ? [] : ["--port", "0"];
        var run = await QuiverRun.Async(["doctor", .. arguments, .. port]);
        Assert.Equal(2, run.ExitCode);
        var at = Array.FindIndex(run.OutputLines, line => line.StartsWith($"fail  {finding}", StringComparison.Ordinal));
        Assert.True(at >= 0, run.Output);
        Assert.Contains("-> ", run.OutputLines[at + 1], StringComparison.Ordinal);
        Assert.Contains(fix, run.OutputLines[at + 1], StringComparison.Ordinal);
        return run;
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
