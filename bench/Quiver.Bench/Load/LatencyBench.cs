using Quiver.Bench.Http;
using Quiver.Bench.Measurement;
using Quiver.Bench.Onnx;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B11: one caller, one new text at a time, and nobody else: what a person waits for.</summary>
internal static class LatencyBench
{
    private static readonly (int Tokens, double Milliseconds)[] Lengths = [(5, 0.9), (20, 2.0), (50, 4.5)];

    public static void Run(BenchContext context)
    {
        using var server = PublishedServer.Start().Server;
        using var models = OnnxRuntimeSession.Missing() is null ? new OnnxModels(Repository.DefaultModel) : null;
        var table = context.Report.Table("One caller, one new text at a time, over HTTP", "tokens", "p50 ms", "p95 ms", "p99 ms", "ORT fp32 p50", "ratio", "target");
        foreach (var (tokens, milliseconds) in Lengths)
        {
            var answers = Ask(context, server, tokens).Answers;
            var (median, p95, p99) = (Milliseconds(answers, 0.5), Milliseconds(answers, 0.95), Milliseconds(answers, 0.99));
            var peer = Peer(context, models, tokens);
            var target = Target.Most(milliseconds);
            table.Row(
                $"{tokens}", $"{median:f2}", $"{p95:f2}", $"{p99:f2}", peer is null ? "–" : $"{peer:f2}", peer is null ? "–" : $"{peer / median:f1}x", Format.Verdict(median, target));
            context.Report.Figure("B11", $"{tokens} tokens, p50 ms", median, target);
            context.Report.Figure("B11", $"{tokens} tokens, p95 ms", p95);
            context.Report.Figure("B11", $"{tokens} tokens, p99 ms", p99);
            if (peer is { } other)
                context.Report.Figure("B11", $"{tokens} tokens, ONNX Runtime fp32, p50 ms", other);
        }

        context.Report.Note("The peer is ONNX Runtime with a thread for each core, as TEI runs it, without HTTP and without a tokenizer.");
    }

    private static LoadResult Ask(BenchContext context, PublishedServer server, int tokens)
    {
        context.Load.Track(server.Process);
        try
        {
            var unique = new UniqueTexts(tokens);
            using var generator = new LoadGenerator(server.Port, connections: 1);
            generator.RunClosed(Next, TimeSpan.FromSeconds(1));
            return generator.RunClosed(Next, TimeSpan.FromSeconds(3)).RequireAllGood();

            byte[] Next() => HttpRequestBytes.Embed([unique.Next(tokens)]);
        }
        finally
        {
            context.Load.Forget(server.Process);
        }
    }

    private static double? Peer(BenchContext context, OnnxModels? models, int tokens)
    {
        if (models is null)
            return null;
        using var session = OnnxRuntimeSession.Start(models.Path(GraphFlavor.Standard), Environment.ProcessorCount, context.Load);
        return Samples.Of(session.Time([[SampleTexts.Ids(tokens)]], passes: 50, seconds: 1, warmup: 20).Select(pass => pass.Elapsed)).Median;
    }

    private static double Milliseconds(IReadOnlyList<AnsweredRequest> answers, double share) => LoadResult.Percentile(answers, share) * 1e3;
}
