using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>Many texts on all cores: one runner per core, beside ONNX Runtime in its three set-ups on the same texts in the same order.</summary>
internal static class ThroughputBench
{
    private const int ShortTexts = 400;
    private const int ShortTokens = 20;
    private const int Descriptions = 2_000;
    private const int Stride = 8;

    /// <summary>Short queries of one length.</summary>
    public static void RunShort(BenchContext context) =>
        Run(context, "throughput", "Short texts, all cores", [.. Enumerable.Repeat(SampleTexts.Ids(ShortTokens), ShortTexts)], _ => null);

    /// <summary>B7 in process: package descriptions of all lengths, in the corpus's order.</summary>
    public static void RunRagged(BenchContext context)
    {
        var texts = Corpus.Tokenize(Corpus.Descriptions().Take(Descriptions));
        Run(
            context, "B7", $"Package descriptions, all cores: every {Stride}th of the first {Descriptions:n0}", [.. texts.Where((_, i) => i % Stride == 0)],
            precision => Target.Least(precision == Precision.F32 ? 8_500 : 12_000));
    }

    private static void Run(BenchContext context, string id, string title, IReadOnlyList<int[]> texts, Func<Precision, Target?> target)
    {
        var tokens = texts.Sum(ids => ids.Length);
        var calls = TokenizedTexts.Cut(texts, mostTexts: 8, mostTokens: 256);
        var table = context.Report.Table(
            $"{title} ({texts.Count} texts, mean {(double)tokens / texts.Count:f0} tokens)",
            "set-up", "texts/s", "real tokens/s", "spread", "CPU ms/text");
        Ours(Precision.Int16);
        Ours(Precision.F32);
        if (OnnxRuntimeSession.Missing() is { } missing)
        {
            context.Report.Note($"No peer: {missing}.");
            return;
        }

        using var models = new OnnxModels(Repository.DefaultModel);
        foreach (var setup in (Func<OnnxModels, ForeignLoad, OnnxRuntimeSetup>[])[OnnxRuntimeSetup.Best, OnnxRuntimeSetup.AsServed, OnnxRuntimeSetup.DynamicInt8])
        {
            using var peer = setup(models, context.Load);
            peer.Run([.. texts.Take(50)]);
            Line(peer.Name, () => peer.Run(texts), null);
        }

        void Ours(Precision precision)
        {
            using var runners = new QuiverRunners(Repository.DefaultModel, precision, Environment.ProcessorCount);
            Sampler.WarmUp(() => runners.Encode(calls));
            Line($"Quiver {precision.ToString().ToLowerInvariant()}, {Environment.ProcessorCount} runners", () => runners.Encode(calls).Work, target(precision));
        }

        void Line(string name, Func<Work> run, Target? bound)
        {
            var (work, disturbed) = context.Sampler.Repeat(run);
            var rate = Samples.Of(work.Select(each => tokens / each.Elapsed), disturbed);
            var cpu = Samples.Of(work.Select(each => each.Cpu * 1e3 / texts.Count), disturbed);
            table.Row(name, $"{rate.Median * texts.Count / tokens:f0}", $"{rate.Median:n0}", Format.Spread(rate), $"{cpu.Median:f2}");
            context.Report.Figure(id, $"{name}, real tokens/s", rate, bound);
            context.Report.Figure(id, $"{name}, CPU ms/text", cpu);
        }
    }
}
