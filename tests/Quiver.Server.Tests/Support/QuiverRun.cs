using System.Diagnostics;

namespace Quiver.Server.Tests.Support;

/// <summary>The built program, run to its end as a child process: what a user at a shell sees.</summary>
internal sealed record QuiverRun(int ExitCode, byte[] OutputBytes, string Error, long PeakMemoryBytes)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    public string[] OutputLines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<QuiverRun> Async(params string[] arguments) => WithInputAsync("", arguments);

    public static Task<QuiverRun> WithInputAsync(string input, params string[] arguments) =>
        WithInputAsync(System.Text.Encoding.UTF8.GetBytes(input), arguments);

    public static Task<QuiverRun> WithInputAsync(byte[] input, params string[] arguments) =>
        RunAsync(Start(arguments), stdin => stdin.WriteAsync(input).AsTask());

    /// <summary>Runs the program with a variable in its environment.</summary>
    public static Task<QuiverRun> WithVariableAsync(string name, string value, params string[] arguments) =>
        RunAsync(StartWithVariable(name, value, arguments), _ => Task.CompletedTask);

    /// <summary>Starts the program with all three streams redirected; the caller ends it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(StartInfo(arguments))!;

    /// <summary>The same with a variable in its environment.</summary>
    public static Process StartWithVariable(string name, string value, params string[] arguments)
    {
        var start = StartInfo(arguments);
        start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Feeds a started program and waits for its end.</summary>
    public static async Task<QuiverRun> RunAsync(Process process, Func<Stream, Task> feed)
    {
        using (process)
        {
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                using var output = new MemoryStream();
                var copying = process.StandardOutput.BaseStream.CopyToAsync(output, patience.Token);
                var error = process.StandardError.ReadToEndAsync(patience.Token);
                var watching = WatchMemoryAsync(process, patience.Token);
                await FeedAsync(process, feed);
                await Task.WhenAll(copying, error);
                await process.WaitForExitAsync(patience.Token);
                return new QuiverRun(process.ExitCode, output.ToArray(), await error, await watching);
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
    }

    private static ProcessStartInfo StartInfo(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Quiver.Server.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the developer or ./test set is not for the program under test.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("QUIVER_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        return start;
    }

    private static async Task FeedAsync(Process process, Func<Stream, Task> feed)
    {
        try
        {
            await feed(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading all of it: its exit code tells why.
        }
    }

    /// <summary>The kernel keeps the peak, so polling only has to catch the process alive.</summary>
    private static async Task<long> WatchMemoryAsync(Process process, CancellationToken cancellationToken)
    {
        long peak = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!process.HasExited && await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                process.Refresh();
                peak = Math.Max(peak, process.PeakWorkingSet64);
            }
            catch (InvalidOperationException)
            {
                break;
            }
        }

        return peak;
    }
}
