using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Quiver.Bench.Measurement;

/// <summary>
/// Seconds of CPU time of the calling thread, where the system tells them (CLOCK_THREAD_CPUTIME_ID of POSIX): time in which the thread
/// was not running, because another process was, does not count. Elsewhere elapsed time.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    public static bool IsCpuTime => OperatingSystem.IsLinux();

    public static double Now()
    {
        if (!IsCpuTime)
            return Stopwatch.GetElapsedTime(0).TotalSeconds;
        _ = GetTime(ThreadCpuTime, out var time);
        return time.Seconds + (time.Nanoseconds * 1e-9);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
