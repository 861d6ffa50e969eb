using System.Diagnostics;

namespace Quiver.Bench.Measurement;

/// <summary>
/// Repeats measurements. One thread's work is timed by its own CPU time, which other processes cannot lengthen; what spans threads or
/// processes is timed by the clock on the wall, and repetitions in which others used the machine are thrown away.
/// </summary>
internal sealed class Sampler(ForeignLoad load)
{
    private const int Repetitions = 7;

    // Tier-1 code replaces tier-0 after 30 calls and a 100 ms pause without new methods; half a second is past it.
    private static readonly TimeSpan Warmup = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    /// <summary>CPU seconds of one call of <paramref name="body"/>, which must do all its work on the calling thread.</summary>
    public static Samples TimeThread(Action body)
    {
        var calls = CallsPerWindow(body);
        return Samples.Of(Enumerable.Range(0, Repetitions).Select(_ => CpuSecondsPerCall(body, calls)));
    }

    /// <summary>
    /// CPU seconds of one call of each, alternating so that both meet the same clock frequency, and the first's time over the second's.
    /// Both must do all their work on the calling thread.
    /// </summary>
    public static (Samples First, Samples Second, Samples Ratio) TimeThreadBeside(Action first, Action second)
    {
        var (firstCalls, secondCalls) = (CallsPerWindow(first), CallsPerWindow(second));
        var pairs = Enumerable.Range(0, Repetitions)
            .Select(_ => (First: CpuSecondsPerCall(first, firstCalls), Second: CpuSecondsPerCall(second, secondCalls)))
            .ToArray();
        return (
            Samples.Of(pairs.Select(pair => pair.First)),
            Samples.Of(pairs.Select(pair => pair.Second)),
            Samples.Of(pairs.Select(pair => pair.First / pair.Second)));
    }

    /// <summary>Elapsed seconds of one call of <paramref name="body"/>.</summary>
    public Samples Time(Action body)
    {
        var calls = CallsPerWindow(body);
        var (values, disturbed) = Repeat(() => ElapsedSecondsPerCall(body, calls));
        return Samples.Of(values, disturbed);
    }

    /// <summary>
    /// Repeats a measurement that warms up and times itself. When the machine never falls quiet, the figure is given with what there is, and
    /// <see cref="Samples.Disturbed"/> says so.
    /// </summary>
    /// <returns>The undisturbed repetitions, and how many others were thrown away.</returns>
    public (IReadOnlyList<T> Values, int Disturbed) Repeat<T>(Func<T> measure, int repetitions = Repetitions)
    {
        var values = new List<T>();
        var disturbed = 0;
        while (values.Count < repetitions)
        {
            var mark = load.Begin();
            var value = measure();
            if (load.CoresSince(mark) <= ForeignLoad.Tolerated || disturbed >= repetitions)
                values.Add(value);
            else
                disturbed++;
        }

        return (values, disturbed);
    }

    /// <summary>Calls <paramref name="body"/> until the JIT has settled.</summary>
    /// <returns>How many calls that were.</returns>
    public static int WarmUp(Action body)
    {
        var calls = 0;
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Warmup; calls++)
            body();
        return calls;
    }

    private static int CallsPerWindow(Action body)
    {
        var start = ThreadClock.Now();
        var calls = WarmUp(body);
        return Math.Max(1, (int)(calls * Window.TotalSeconds / (ThreadClock.Now() - start)));
    }

    private static double CpuSecondsPerCall(Action body, int calls)
    {
        var start = ThreadClock.Now();
        for (var i = 0; i < calls; i++)
            body();
        return (ThreadClock.Now() - start) / calls;
    }

    private static double ElapsedSecondsPerCall(Action body, int calls)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            body();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
    }
}
