using System.Diagnostics;
using Quiver.Bench.Measurement;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>
/// One text at a time through the scheduler, from the queue to the vector: with one runner, which computes it alone, and with one per core, of
/// which a second one helps. Both take turns, so that whatever else the machine does meets both.
/// </summary>
internal static class SharingBench
{
    private const int Texts = 200;
    private const double MostSeconds = 1.5;

    private static readonly int[] Lengths = [5, 20, 50, 120, 256];

    public static void Run(BenchContext context)
    {
        foreach (var precision in (Precision[])[Precision.Int16, Precision.F32])
        {
            using var model = EmbeddingModel.Load(Repository.DefaultModel, precision);
            using var alone = new Scheduler(new SchedulerOptions { Runners = 1 });
            using var shared = new Scheduler();
            var table = context.Report.Table(
                $"One text through the scheduler, {precision.ToString().ToLowerInvariant()}, elapsed ms",
                "tokens", "alone p50", "alone p95", "shared p50", "shared p95", "gain");
            foreach (var length in Lengths)
            {
                var input = new TokenizedInput(SampleTexts.Ids(length), null, length);
                var (one, two) = Measure(model, alone, shared, input);
                table.Row($"{length}", $"{At(one, 0.5):f2}", $"{At(one, 0.95):f2}", $"{At(two, 0.5):f2}", $"{At(two, 0.95):f2}", $"{At(one, 0.5) / At(two, 0.5):f2}x");
                context.Report.Figure("sharing", $"{precision}, {length} tokens, alone, ms", At(one, 0.5));
                context.Report.Figure("sharing", $"{precision}, {length} tokens, shared, ms", At(two, 0.5));
            }
        }
    }

    private static (List<double> Alone, List<double> Shared) Measure(EmbeddingModel model, Scheduler alone, Scheduler shared, TokenizedInput input)
    {
        Sampler.WarmUp(() => Milliseconds(model, alone, input));
        Sampler.WarmUp(() => Milliseconds(model, shared, input));
        List<double> one = [], two = [];
        for (var start = Stopwatch.GetTimestamp(); one.Count < Texts && (one.Count < 20 || Stopwatch.GetElapsedTime(start).TotalSeconds < MostSeconds);)
        {
            one.Add(Milliseconds(model, alone, input));
            two.Add(Milliseconds(model, shared, input));
        }

        one.Sort();
        two.Sort();
        return (one, two);
    }

    private static double Milliseconds(EmbeddingModel model, Scheduler scheduler, TokenizedInput input)
    {
        using var text = new WaitedText(input);
        var start = Stopwatch.GetTimestamp();
        scheduler.Enqueue(new ScheduledWork(model, [text]));
        text.Wait();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double At(List<double> sorted, double quantile) => sorted[(int)(quantile * (sorted.Count - 1))];
}
