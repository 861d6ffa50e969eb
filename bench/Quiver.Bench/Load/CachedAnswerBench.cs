using Quiver.Bench.Http;
using Quiver.Bench.Measurement;
using Quiver.Bench.Peers;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B1, B3 and B4: texts that are in memory, over HTTP, beside a minimal API that has JsonSerializer format each hit.</summary>
internal static class CachedAnswerBench
{
    private const int Connections = 32;
    private const int Tokens = 20;

    public static void RunOne(BenchContext context)
    {
        var table = Table(context, "A text in memory, 32 connections", "requests/s", "p99 ms");
        var (ours, peer) = Beside(context, texts: 1, base64: false);
        Line(context, table, "B1", "one text, JSON", ours.Rate, peer.Rate, Target.Least(60_000), $"{ours.P99.Median * 1e3:f2}");
        context.Report.Figure("B1", "one text, JSON, p99 ms", ours.P99.Convert(seconds => seconds * 1e3), Target.Most(1.2));
    }

    public static void RunBase64(BenchContext context)
    {
        var table = Table(context, "A text in memory, base64, 32 connections", "requests/s", "p99 ms");
        var (ours, peer) = Beside(context, texts: 1, base64: true);
        Line(context, table, "B3", "one text, base64", ours.Rate, peer.Rate, Target.Least(65_000), $"{ours.P99.Median * 1e3:f2}");
    }

    public static void RunBatches(BenchContext context)
    {
        var table = Table(context, "Batches of texts in memory, 32 connections", "texts/s", "p99 ms");
        foreach (var texts in new[] { 32, 100 })
        {
            foreach (var base64 in new[] { false, true })
            {
                var (ours, peer) = Beside(context, texts, base64);
                var (rate, other) = (ours.Rate.Convert(each => each * texts), peer.Rate.Convert(each => each * texts));
                var target = base64 ? Target.Least(138_000) : Target.Least(Math.Round(10 * other.Median));
                Line(context, table, "B4", $"{texts} texts, {(base64 ? "base64" : "JSON")}", rate, other, target, $"{ours.P99.Median * 1e3:f2}");
            }
        }
    }

    private static Table Table(BenchContext context, string title, string rate, string latency) =>
        context.Report.Table(title, "what", rate, "JsonSerializer", "ratio", "spread", latency, "target");

    private static void Line(BenchContext context, Table table, string id, string name, Samples ours, Samples peer, Target target, string latency)
    {
        table.Row(name, $"{ours.Median:n0}", $"{peer.Median:n0}", $"{ours.Median / peer.Median:f1}x", Format.Spread(ours), latency, Format.Verdict(ours.Median, target));
        context.Report.Figure(id, $"{name}, per second", ours, target);
        context.Report.Figure(id, $"{name}, JsonSerializer, per second", peer);
    }

    private static (Capacity Ours, Capacity Peer) Beside(BenchContext context, int texts, bool base64)
    {
        var unique = new UniqueTexts(seed: texts);
        var request = HttpRequestBytes.Embed([.. Enumerable.Range(0, texts).Select(_ => unique.Next(Tokens))], base64);
        using var server = PublishedServer.Start().Server;
        var ours = Capacity.Measure(context, server.Process, server.Port, Connections, () => request);
        using var peerServer = PeerProcess.Start();
        var peer = Capacity.Measure(context, peerServer.Process, peerServer.Port, Connections, () => request);
        return (ours, peer);
    }
}
