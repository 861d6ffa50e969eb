using System.Diagnostics;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>The queue in process: what short texts wait while long ones flood all runners, and what it gains that small requests share a unit.</summary>
internal static class QueueBench
{
    private const int LongTokens = 256;
    private const int ShortTexts = 300;

    public static void Run(BenchContext context)
    {
        var table = context.Report.Table("A text of 20 tokens beside a flood of 256-token texts, elapsed ms", "precision", "p50", "p95", "p99", "worst");
        using var int16 = EmbeddingModel.Load(Repository.DefaultModel, Precision.Int16);
        using var f32 = EmbeddingModel.Load(Repository.DefaultModel, Precision.F32);
        foreach (var model in (EmbeddingModel[])[int16, f32])
        {
            var waits = Flood(model);
            table.Row($"{model.Precision}", At(waits, 0.5), At(waits, 0.95), At(waits, 0.99), At(waits, 1));
            context.Report.Figure("queue", $"{model.Precision}, 20 tokens beside a flood, p99, ms", waits[(int)(0.99 * (waits.Count - 1))], Target.Most(30));
        }

        var units = context.Report.Table("Texts of 20 tokens that share a unit, CPU µs per text", "texts", "int16", "f32");
        foreach (var texts in (int[])[1, 2, 4, 8, 12])
            units.Row($"{texts}", $"{Together(int16, texts):f0}", $"{Together(f32, texts):f0}");
    }

    /// <summary>Bulk never runs dry; short texts come one after another with pauses, so that each meets it anew.</summary>
    private static List<double> Flood(EmbeddingModel model)
    {
        using var scheduler = new Scheduler();
        var ended = false;
        var flood = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            while (!Volatile.Read(ref ended))
                Milliseconds(model, scheduler, LongTokens, bulk: true);
        })).ToArray();
        var waits = new List<double>();
        var random = new Random(1);
        for (var i = 0; i < ShortTexts; i++)
        {
            for (var (start, pause) = (Stopwatch.GetTimestamp(), random.NextDouble() * 20); Stopwatch.GetElapsedTime(start).TotalMilliseconds < pause;)
                Thread.Yield();
            waits.Add(Milliseconds(model, scheduler, 20, bulk: false));
        }

        Volatile.Write(ref ended, true);
        Task.WaitAll(flood);
        waits.Sort();
        return waits;
    }

    private static double Together(EmbeddingModel model, int texts)
    {
        var inputs = Enumerable.Repeat(new TokenizedInput(SampleTexts.Ids(20), null, 20), texts).ToArray();
        var vectors = new float[texts * model.Width];
        return Sampler.TimeThread(() => model.Embed(inputs, vectors)).Median * 1e6 / texts;
    }

    private static double Milliseconds(EmbeddingModel model, Scheduler scheduler, int tokens, bool bulk)
    {
        using var text = new WaitedText(new TokenizedInput(SampleTexts.Ids(tokens), null, tokens));
        var start = Stopwatch.GetTimestamp();
        scheduler.Enqueue(new ScheduledWork(model, [text], bulk: bulk));
        text.Wait();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static string At(List<double> sorted, double quantile) => $"{sorted[(int)(quantile * (sorted.Count - 1))]:f1}";
}
