using Quiver.Bench.Http;
using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>B7: package descriptions of all lengths, sent by a few loaders in batches, as a collection is embedded.</summary>
internal static class DescriptionsBench
{
    private const int Descriptions = 2_000;
    private const int Clients = 4;
    private const int RequestTexts = 32;
    private const int PeerStride = 8;
    private const int Repetitions = 2;

    public static void Run(BenchContext context)
    {
        var texts = Corpus.Descriptions().Take(Descriptions).ToList();
        var ids = Corpus.Tokenize(texts);
        var tokens = ids.Sum(text => text.Length);
        var table = context.Report.Table(
            $"The first {Descriptions:n0} package descriptions (mean {(double)tokens / Descriptions:f0} tokens), {Clients} clients × {RequestTexts} over HTTP",
            "what", "texts/s", "real tokens/s", "spread", "target");
        foreach (var (precision, target) in new[] { (Precision.Int16, Target.Least(12_000)), (Precision.F32, Target.Least(8_500)) })
            Line($"Quiver {precision.ToString().ToLowerInvariant()}", Ours(context, precision, texts), tokens, Descriptions, target);

        var some = ids.Where((_, i) => i % PeerStride == 0).ToList();
        foreach (var (name, rate) in OnnxRuntimeRates.Measure(context, some))
            Line(name, rate, some.Sum(text => text.Length), some.Count, null);
        context.Report.Note($"ONNX Runtime computes every {PeerStride}th description, in the same order, without HTTP.");

        void Line(string name, Samples textsPerSecond, int allTokens, int allTexts, Target? target)
        {
            var rate = textsPerSecond.Convert(each => each * allTokens / allTexts);
            table.Row(name, $"{textsPerSecond.Median:n0}", $"{rate.Median:n0}", Format.Spread(rate), target is null ? "" : Format.Verdict(rate.Median, target));
            context.Report.Figure("B7", $"{name}, real tokens/s", rate, target);
        }
    }

    /// <summary>Without the cache: the second time the same texts would be found there.</summary>
    private static Samples Ours(BenchContext context, Precision precision, List<string> texts)
    {
        using var server = PublishedServer.Start("--cache-size", "0", "--precision", precision.ToString().ToLowerInvariant()).Server;
        var requests = texts.Chunk(RequestTexts).Select(some => HttpRequestBytes.Embed(some)).ToList();
        context.Load.Track(server.Process);
        using var generator = new LoadGenerator(server.Port, Clients);
        generator.RunAll([.. requests.Take(8)]);
        var (runs, disturbed) = context.Sampler.Repeat(() => generator.RunAll(requests).RequireAllGood(), Repetitions);
        context.Load.Forget(server.Process);
        return Samples.Of(runs.Select(run => texts.Count / run.Seconds), disturbed);
    }
}
