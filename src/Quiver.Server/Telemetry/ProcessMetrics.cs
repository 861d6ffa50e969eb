using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Quiver.Server.Telemetry;

/// <summary>The process as its system sees it, under the names that Prometheus's own clients use. Asked for at each scrape only.</summary>
/// <remarks>What only Linux tells is left out elsewhere.</remarks>
internal static class ProcessMetrics
{
    public static void Create(Meter meter)
    {
        meter.CreateObservableCounter("process.cpu", () => Read(process => process.TotalProcessorTime.TotalSeconds), "s", "Total user and system CPU time spent in seconds.");
        meter.CreateObservableGauge("process.resident_memory", () => Read(process => process.WorkingSet64), "By", "Resident memory size in bytes.");
        meter.CreateObservableGauge("process.virtual_memory", () => Read(process => process.VirtualMemorySize64), "By", "Virtual memory size in bytes.");
        meter.CreateObservableGauge("process.threads", () => Read(process => process.Threads.Count), "{thread}", "Number of OS threads in the process.");
        meter.CreateObservableGauge("process.start_time", () => Read(process => new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeMilliseconds() / 1000.0), "s", "Start time of the process since unix epoch in seconds.");
        meter.CreateObservableGauge("process.open_fds", OpenFiles, "{file}", "Number of open file descriptors.");
        meter.CreateObservableGauge("process.max_fds", MaxFiles, "{file}", "Maximum number of open file descriptors.");
        // .NET has both as counters that only grow, which they do not.
        meter.CreateObservableGauge("quiver.thread_pool.threads", () => ThreadPool.ThreadCount, "{thread}", "Threads of the pool that answers requests.");
        meter.CreateObservableGauge("quiver.thread_pool.queue", () => ThreadPool.PendingWorkItemCount, "{item}", "Work that waits for a thread of the pool.");
        meter.CreateObservableGauge("quiver.build_info", BuildInfo, description: "Always 1; its labels say what runs.");
    }

    /// <summary>The instruments of .NET's own meter that tell of this server's health, rather than of the platform.</summary>
    public static bool Wants(Instrument instrument) => instrument.Name is
        "dotnet.gc.collections" or "dotnet.gc.heap.total_allocated" or "dotnet.gc.last_collection.memory.committed_size"
        or "dotnet.gc.last_collection.heap.size" or "dotnet.gc.pause.time" or "dotnet.monitor.lock_contentions";

    private static double Read(Func<Process, double> value)
    {
        using var process = Process.GetCurrentProcess();
        return value(process);
    }

    private static IEnumerable<Measurement<int>> OpenFiles() =>
        OperatingSystem.IsLinux() ? [new(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count())] : [];

    private static IEnumerable<Measurement<double>> MaxFiles()
    {
        if (!OperatingSystem.IsLinux())
            yield break;
        // "Max open files            1024                 524288               files"
        const string Name = "Max open files ";
        var soft = File.ReadLines("/proc/self/limits").First(line => line.StartsWith(Name, StringComparison.Ordinal))[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        yield return new(soft == "unlimited" ? double.PositiveInfinity : double.Parse(soft, CultureInfo.InvariantCulture));
    }

    private static Measurement<int> BuildInfo() => new(
        1,
        new("version", typeof(ProcessMetrics).Assembly.GetName().Version!.ToString(3)),
        new("dotnet_version", Environment.Version.ToString()));
}
