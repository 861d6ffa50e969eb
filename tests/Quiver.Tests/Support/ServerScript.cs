using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quiver.Tests.Support;

/// <summary>A server that tests/servers runs for as long as this process lives. What cannot be had here skips a test, and fails it in CI.</summary>
internal sealed class ServerScript : IAsyncDisposable
{
    private const int CannotBeHad = 3;
    private const int Tries = 5;

    private readonly Process _process;

    private ServerScript(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static Task<ServerScript> StartAsync(string server, params (string Name, string Value)[] variables) => StartAsync(server, folder: null, variables);

    /// <summary>A file system of its own in the folder, whose power can be cut.</summary>
    public static Task<ServerScript> MountDiskAsync(string folder) => StartAsync("disk", folder);

    private static async Task<ServerScript> StartAsync(string server, string? folder, params (string Name, string Value)[] variables)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("The servers of tests are started by a shell script.");
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort();
            var start = new ProcessStartInfo(Path.Combine(TestData.RepositoryRoot, "tests", "servers"), [server, folder ?? $"{port}"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            foreach (var (name, value) in variables)
                start.Environment[name] = value;
            var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            if (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) == "ready")
                return new ServerScript(process, port);

            await process.WaitForExitAsync(CancellationToken.None);
            if (process.ExitCode == CannotBeHad && Environment.GetEnvironmentVariable("CI") != "true")
                Assert.Skip(await errors);
            // Another program may have taken the port.
            Assert.True(process.ExitCode != CannotBeHad && attempt < Tries, $"{server} did not start: {await errors}");
        }
    }

    /// <summary>SIGKILL, and waits for the end.</summary>
    public Task KillAsync() => OrderAsync("kill", "killed");

    /// <summary>Again, after <see cref="KillAsync"/>, with the data that was there.</summary>
    public Task StartAgainAsync() => OrderAsync("start", "ready");

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task PauseAsync() => OrderAsync("pause", "paused");

    public Task ResumeAsync() => OrderAsync("resume", "resumed");

    /// <summary>Takes what a power cut at this instant would leave of its disk.</summary>
    public Task CopyDiskAsync() => OrderAsync("copy", "copied");

    /// <summary>Puts that in the disk's place, once nothing uses the disk.</summary>
    public Task SwapDiskAsync() => OrderAsync("swap", "swapped");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private async Task OrderAsync(string order, string answer)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync(CancellationToken.None);
        Assert.Equal(answer, await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
