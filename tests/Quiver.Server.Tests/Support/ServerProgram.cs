using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Quiver.Server.Tests.Support;

/// <summary>`quiver serve` as a child process on a free port, with the default model.</summary>
internal sealed class ServerProgram : IAsyncDisposable
{
    private const int Sigterm = 15;

    private readonly Process _process;
    private readonly Task<string> _log;
    private Task<string>? _output;

    private ServerProgram(Process process)
    {
        _process = process;
        _log = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>The lines printed at the start.</summary>
    public List<string> Announcement { get; } = [];

    public int ProcessId => _process.Id;

    public static Task<ServerProgram> StartAsync(params string[] arguments) => StartAsync(QuiverRun.Start(["serve", "--port", "0", .. arguments]));

    /// <summary>With a variable in its environment.</summary>
    public static Task<ServerProgram> StartWithVariableAsync(string name, string value, params string[] options) =>
        StartAsync(QuiverRun.StartWithVariable(name, value, ["serve", "--port", "0", .. options]));

    private static async Task<ServerProgram> StartAsync(Process process)
    {
        var server = new ServerProgram(process);
        try
        {
            await server.ReadAnnouncementAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Client = Loopback.Client(server.Address);
        return server;
    }

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, Sigterm));

    /// <summary>Waits for the end; returns the exit code and what was logged.</summary>
    public async Task<(int ExitCode, string Log)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await _log);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _log;
        if (_output is not null)
            await _output;
        _process.Dispose();
    }

    private async Task ReadAnnouncementAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            Announcement.Add(line);
            if (!line.StartsWith("  try ", StringComparison.Ordinal))
                continue;
            Address = new Uri(Announcement[0].Split(' ')[^1]);
            _output = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
            return;
        }

        Assert.Fail($"The server ended with {(await EndAsync()).ExitCode}: {await _log}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
