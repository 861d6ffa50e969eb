using Quiver.Bench.Http;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;
using Quiver.Encoding;

namespace Quiver.Bench.Load;

/// <summary>B6 and B10: texts that nobody asked for before, over HTTP, beside ONNX Runtime on texts of the same length without HTTP.</summary>
internal static class MissBench
{
    /// <summary>Single texts of about 20 tokens.</summary>
    public static void RunSingle(BenchContext context)
    {
        const int Tokens = 20;
        var table = Table(context, "Single new texts of 20 tokens");
        foreach (var precision in new[] { Precision.Int16, Precision.F32 })
        {
            using var server = PublishedServer.Start("--precision", Name(precision)).Server;
            foreach (var connections in new[] { 8, 64 })
                Line(context, table, "B6", $"Quiver {Name(precision)}, {connections} connections", Measure(context, server, connections, texts: 1, Tokens), Target.Least(precision == Precision.F32 ? 400 : 600));
        }

        Peers(context, table, "B6", Tokens, texts: 200);
    }

    /// <summary>Batches of longer texts.</summary>
    public static void RunBatches(BenchContext context)
    {
        foreach (var (texts, tokens, target) in new[] { (32, 128, 90.0), (8, 256, 42.0) })
        {
            var table = Table(context, $"Batches of {texts} new texts of {tokens} tokens");
            using (var server = PublishedServer.Start().Server)
                Line(context, table, "B10", $"Quiver int16, 2 connections, {texts} × {tokens}", Measure(context, server, connections: 2, texts, tokens), Target.Least(target));
            Peers(context, table, "B10", tokens, texts);
        }
    }

    private static string Name(Precision precision) => precision.ToString().ToLowerInvariant();

    private static Table Table(BenchContext context, string title) => context.Report.Table(title, "what", "texts/s", "spread", "p50 ms", "p99 ms", "target");

    private static Capacity Measure(BenchContext context, PublishedServer server, int connections, int texts, int tokens)
    {
        var unique = new UniqueTexts(seed: connections);
        var capacity = Capacity.Measure(
            context, server.Process, server.Port, connections, () => HttpRequestBytes.Embed([.. Enumerable.Range(0, texts).Select(_ => unique.Next(tokens))]));
        return capacity with { Rate = capacity.Rate.Convert(rate => rate * texts) };
    }

    private static void Line(BenchContext context, Table table, string id, string name, Capacity capacity, Target target)
    {
        table.Row(
            name, $"{capacity.Rate.Median:n0}", Format.Spread(capacity.Rate), $"{capacity.Median.Median * 1e3:f1}", $"{capacity.P99.Median * 1e3:f1}", Format.Verdict(capacity.Rate.Median, target));
        context.Report.Figure(id, $"{name}, texts/s", capacity.Rate, target);
    }

    private static void Peers(BenchContext context, Table table, string id, int tokens, int texts)
    {
        foreach (var (name, rate) in OnnxRuntimeRates.Measure(context, [.. Enumerable.Repeat(SampleTexts.Ids(tokens), texts)]))
        {
            table.Row(name, $"{rate.Median:n0}", Format.Spread(rate), "", "", "");
            context.Report.Figure(id, $"{name}, {tokens} tokens, texts/s", rate);
        }
    }
}
