using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Quiver.Bench.Load;

/// <summary>A redis-server of the bench's own on a free port, which keeps nothing.</summary>
internal sealed class RedisProcess : IDisposable
{
    private readonly Process _process;

    private RedisProcess(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    /// <returns>null where there is no redis-server.</returns>
    public static RedisProcess? TryStart()
    {
        var port = PublishedServer.FreePort();
        try
        {
            string[] options = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"];
            var process = Process.Start(new ProcessStartInfo("redis-server", options) { RedirectStandardOutput = true })!;
            process.BeginOutputReadLine();
            PublishedServer.WaitForListener(process, port, Stopwatch.GetTimestamp());
            return new RedisProcess(process, port);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
