using Quiver.Bench.Http;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B12: callers who flood the server with long texts, and beside them others who ask one short thing now and then.</summary>
internal static class MixedLoadBench
{
    /// <summary>The most the default model takes; a batch of eight is bulk, as a document loader sends it.</summary>
    private const int LongTokens = 256;

    private const int LongTexts = 8;
    private const int LongConnections = 8;
    private const int ShortTokens = 20;
    private const double ShortPerSecond = 40;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    public static void Run(BenchContext context)
    {
        using var server = PublishedServer.Start().Server;
        context.Load.Track(server.Process);
        var alone = Short(server, TimeSpan.FromSeconds(3));

        LoadResult? flood = null;
        var flooding = new Thread(() => flood = Flood(server));
        flooding.Start();
        var beside = Short(server, Time);
        flooding.Join();
        context.Load.Forget(server.Process);

        var table = context.Report.Table($"Short queries ({ShortPerSecond} a second, open loop) beside a flood of {LongTexts} × {LongTokens} tokens", "what", "p50 ms", "p99 ms", "target");
        Line("short queries alone", alone, null);
        Line("short queries beside the flood", beside, Target.Most(30));
        context.Report.Note($"The flood itself: {flood!.Rate * LongTexts:n0} texts/s. A first-come queue would have the short ones wait for all of it.");

        void Line(string name, LoadResult result, Target? target)
        {
            var (median, p99) = (LoadResult.Percentile(result.RequireAllGood().Answers, 0.5) * 1e3, LoadResult.Percentile(result.Answers, 0.99) * 1e3);
            table.Row(name, $"{median:f2}", $"{p99:f2}", target is null ? "" : Format.Verdict(p99, target));
            context.Report.Figure("B12", $"{name}, p99 ms", p99, target);
        }
    }

    private static LoadResult Flood(PublishedServer server)
    {
        var unique = new UniqueTexts(seed: 1);
        using var generator = new LoadGenerator(server.Port, LongConnections);
        return generator.RunClosed(() => HttpRequestBytes.Embed([.. Enumerable.Range(0, LongTexts).Select(_ => unique.Next(LongTokens))]), Time);
    }

    private static LoadResult Short(PublishedServer server, TimeSpan time)
    {
        var unique = new UniqueTexts(seed: 2);
        using var generator = new LoadGenerator(server.Port, connections: 4);
        return generator.RunOpen(() => HttpRequestBytes.Embed([unique.Next(ShortTokens)]), ShortPerSecond, time, mostConnections: 64, seed: 3);
    }
}
