using System.Diagnostics;
using System.Globalization;

namespace Quiver.Bench.Measurement;

/// <summary>
/// CPU time used by anything but this process and the peers it started, from /proc/stat (time stolen by the hypervisor included). On
/// systems without /proc it reports 0: there the operator must see to a quiet machine.
/// </summary>
internal sealed class ForeignLoad
{
    /// <summary>What others may use, in cores, before a measurement counts as disturbed.</summary>
    public const double Tolerated = 0.10;

    // USER_HZ of every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    // The kernel counts whole ticks, on each core and for each process: below this nothing can be told.
    private const double Granularity = 0.03;

    private readonly List<Process> _peers = [];

    public static bool IsMeasurable => OperatingSystem.IsLinux();

    public void Track(Process peer)
    {
        lock (_peers)
            _peers.Add(peer);
    }

    public void Forget(Process peer)
    {
        lock (_peers)
            _peers.Remove(peer);
    }

    public Mark Begin() => new(Stopwatch.GetTimestamp(), BusySeconds(), OwnSeconds());

    /// <summary>Mean use by others since a mark, in cores: 0.1 is a tenth of one core.</summary>
    public double CoresSince(Mark mark)
    {
        var elapsed = Stopwatch.GetElapsedTime(mark.Timestamp).TotalSeconds;
        var foreign = BusySeconds() - mark.Busy - (OwnSeconds() - mark.Own) - Granularity;
        return Math.Max(0, foreign / elapsed);
    }

    /// <summary>Waits for a second in which others used no more than a tenth of a core.</summary>
    /// <returns>Whether it came in time.</returns>
    public bool WaitForIdle(TimeSpan patience)
    {
        var start = Stopwatch.GetTimestamp();
        while (IsMeasurable)
        {
            var mark = Begin();
            using (var second = new ManualResetEventSlim())
                second.Wait(TimeSpan.FromSeconds(1));
            if (CoresSince(mark) <= Tolerated)
                break;
            if (Stopwatch.GetElapsedTime(start) > patience)
                return false;
        }

        return true;
    }

    private static double BusySeconds()
    {
        if (!IsMeasurable)
            return 0;
        using var reader = new StreamReader("/proc/stat");
        // cpu user nice system idle iowait irq softirq steal …
        var fields = reader.ReadLine()!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int[] busy = [1, 2, 3, 6, 7, 8];
        return busy.Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private double OwnSeconds()
    {
        using var self = Process.GetCurrentProcess();
        var total = self.TotalProcessorTime;
        lock (_peers)
        {
            foreach (var peer in _peers)
            {
                peer.Refresh();
                total += peer.TotalProcessorTime;
            }
        }

        return total.TotalSeconds;
    }

    internal readonly record struct Mark(long Timestamp, double Busy, double Own);
}
