using System.Diagnostics;
using Quiver.Bench.Load;

namespace Quiver.Bench.Peers;

/// <summary><see cref="FormattingServer"/> in a process of its own.</summary>
internal sealed class PeerProcess : IDisposable
{
    private PeerProcess(Process process, int port) => (Process, Port) = (process, port);

    public Process Process { get; }

    public int Port { get; }

    public static PeerProcess Start()
    {
        var port = PublishedServer.FreePort();
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(PeerProcess).Assembly.Location, "peer", "--port", $"{port}"]))!;
        PublishedServer.WaitForListener(process, port, Stopwatch.GetTimestamp());
        return new PeerProcess(process, port);
    }

    public void Dispose()
    {
        Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }
}
