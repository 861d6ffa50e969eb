using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Quiver.Tests.Support;

/// <summary>tests/Quiver.DatabaseWriter as a child process: it writes as fast as it can and tells what was acknowledged.</summary>
internal sealed class WriterProgram : IAsyncDisposable
{
    private const int Sigstop = 19;

    private readonly Process _process;

    private WriterProgram(Process process) => _process = process;

    /// <summary>Ids of transactions that were acknowledged, as far as they were read.</summary>
    public List<string> Acknowledged { get; } = [];

    /// <param name="under">A program that becomes it, with its arguments.</param>
    public static WriterProgram Start(string url, int writers, params string[] under)
    {
        string[] command = [.. under, "dotnet", Path.Combine(AppContext.BaseDirectory, "Quiver.DatabaseWriter.dll"), url, $"{writers}"];
        return new WriterProgram(Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true })!);
    }

    /// <summary>Waits for so many more.</summary>
    public async Task ReadAsync(int acknowledgements)
    {
        for (var i = 0; i < acknowledgements; i++)
        {
            var line = await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            Assert.True(line is not null, "The writer ended by itself.");
            Acknowledged.Add(line);
        }
    }

    /// <summary>SIGSTOP, and waits until every thread stands still.</summary>
    public async Task PauseAsync()
    {
        Assert.Equal(0, Kill(_process.Id, Sigstop));
        while (Directory.GetDirectories($"/proc/{_process.Id}/task").Any(task => File.ReadAllText(Path.Combine(task, "stat")).Split(") ")[^1][0] != 'T'))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>SIGKILL; then <see cref="Acknowledged"/> is complete.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        while (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            // The last one may be cut short: whoever read it was not told.
            if (Guid.TryParse(line, out _))
                Acknowledged.Add(line);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
