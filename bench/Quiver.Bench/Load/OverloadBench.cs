using Quiver.Bench.Http;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B23: more is asked for than can be computed, for half a minute. What is taken on stays near the most; the rest is told so at once.</summary>
internal static class OverloadBench
{
    private const int Texts = 4;
    private const int Tokens = 20;
    private const int MostConnections = 1800;

    /// <summary>Until queues are as full as they get.</summary>
    private const double Settling = 5;

    private static readonly TimeSpan Time = TimeSpan.FromSeconds(30);

    public static void Run(BenchContext context)
    {
        var table = context.Report.Table(
            $"Overload, open loop, requests of {Texts} × {Tokens} tokens", "offered", "goodput/s", "of peak", "refused", "refusal p99 ms", "with Retry-After", "target");
        using var server = PublishedServer.Start().Server;
        var unique = new UniqueTexts(seed: 23);
        var peak = Capacity.Measure(context, server.Process, server.Port, connections: 32, Next).Rate.Median;
        table.Row("peak, closed loop, 32 connections", $"{peak:n0}", "", "", "", "", "");
        context.Load.Track(server.Process);
        foreach (var factor in new[] { 2, 4, 5 })
        {
            using var generator = new LoadGenerator(server.Port, connections: 64);
            var result = generator.RunOpen(Next, factor * peak, Time, MostConnections, seed: factor);
            var goodput = result.RateBetween(Settling, Time.TotalSeconds);
            var refused = result.Refused.ToList();
            var p99 = LoadResult.Percentile(refused, 0.99) * 1e3;
            var told = refused.Count == 0 ? 1 : refused.Count(answer => answer is { HasRetryAfter: true, Status: 429 }) / (double)refused.Count;
            var target = Target.Least(Math.Round(0.9 * peak));
            table.Row($"{factor}x", $"{goodput:n0}", Format.Percent(goodput / peak), $"{refused.Count:n0}", $"{p99:f1}", Format.Percent(told), $"{Format.Verdict(goodput, target)}; {Format.Verdict(p99, Target.Most(50))}");
            context.Report.Figure("B23", $"{factor}x, goodput, requests/s", goodput, target);
            context.Report.Figure("B23", $"{factor}x, refusals p99, ms", p99, Target.Most(50));
            context.Report.Figure("B23", $"{factor}x, refusals with Retry-After", told, Target.Least(1));
        }

        context.Load.Forget(server.Process);

        byte[] Next() => HttpRequestBytes.Embed([.. Enumerable.Range(0, Texts).Select(_ => unique.Next(Tokens))]);
    }
}
