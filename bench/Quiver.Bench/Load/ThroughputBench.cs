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

    public static void Run(BenchContext context)
    {
        int[][] texts = [.. Enumerable.Repeat(SampleTexts.Ids(ShortTokens), ShortTexts)];
        var tokens = texts.Sum(ids => ids.Length);
        var calls = TokenizedTexts.Cut(texts, mostTexts: 8, mostTokens: 256);
        var table = context.Report.Table(
            $"Short texts, all cores, without HTTP ({ShortTexts} texts of {ShortTokens} tokens)",
            "set-up", "texts/s", "real tokens/s", "spread", "CPU ms/text");
        Ours(Precision.Int16);
        Ours(Precision.F32);
        if (OnnxRuntimeSession.Missing() is { } missing)
        {
            context.Report.Note($"No peer: {missing}.");
            return;
        }

        using var models = new OnnxModels(Repository.DefaultModel);
        foreach (var setup in OnnxRuntimeSetup.All)
        {
            using var peer = setup(models, context.Load);
            peer.Run([.. texts.Take(50)]);
            Line(peer.Name, () => peer.Run(texts));
        }

        void Ours(Precision precision)
        {
            using var runners = new QuiverRunners(Repository.DefaultModel, precision, Environment.ProcessorCount);
            Sampler.WarmUp(() => runners.Encode(calls));
            Line($"Quiver {precision.ToString().ToLowerInvariant()}, {Environment.ProcessorCount} runners", () => runners.Encode(calls).Work);
        }

        void Line(string name, Func<Work> run)
        {
            var (work, disturbed) = context.Sampler.Repeat(run);
            var rate = Samples.Of(work.Select(each => tokens / each.Elapsed), disturbed);
            var cpu = Samples.Of(work.Select(each => each.Cpu * 1e3 / ShortTexts), disturbed);
            table.Row(name, $"{rate.Median * ShortTexts / tokens:f0}", $"{rate.Median:n0}", Format.Spread(rate), $"{cpu.Median:f2}");
            context.Report.Figure("throughput", $"{name}, real tokens/s", rate);
            context.Report.Figure("throughput", $"{name}, CPU ms/text", cpu);
        }
    }
}
