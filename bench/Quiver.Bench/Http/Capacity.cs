using System.Diagnostics;
using Quiver.Bench.Measurement;

namespace Quiver.Bench.Http;

/// <summary>How many requests a second a server answers in a closed loop, and how long each took meanwhile, in seconds.</summary>
internal sealed record Capacity(Samples Rate, Samples Median, Samples P99)
{
    private const int Repetitions = 3;

    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <param name="server">Counts as ours, not as others' load.</param>
    /// <param name="next">The request to send next.</param>
    public static Capacity Measure(BenchContext context, Process server, int port, int connections, Func<byte[]> next)
    {
        context.Load.Track(server);
        try
        {
            using var generator = new LoadGenerator(port, connections);
            generator.RunClosed(next, Warmup).RequireAllGood();
            var (runs, disturbed) = context.Sampler.Repeat(() => generator.RunClosed(next, Window).RequireAllGood(), Repetitions);
            return new Capacity(
                Samples.Of(runs.Select(run => run.Rate), disturbed),
                Samples.Of(runs.Select(run => LoadResult.Percentile(run.Answers, 0.5)), disturbed),
                Samples.Of(runs.Select(run => LoadResult.Percentile(run.Answers, 0.99)), disturbed));
        }
        finally
        {
            context.Load.Forget(server);
        }
    }
}
