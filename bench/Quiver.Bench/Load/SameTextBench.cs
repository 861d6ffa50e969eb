using System.Globalization;
using Quiver.Bench.Http;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B13: a thousand callers ask for one new text at the same moment. It is computed once.</summary>
internal static class SameTextBench
{
    private const int Callers = 1000;
    private const string Computed = "quiver_batch_texts_sum";

    public static void Run(BenchContext context)
    {
        using var server = PublishedServer.Start().Server;
        var before = TextsComputed(server);
        using var generator = new LoadGenerator(server.Port, Callers);
        var request = HttpRequestBytes.Embed([new UniqueTexts(seed: 13).Next(200)]);
        var result = generator.RunAll([.. Enumerable.Repeat(request, Callers)]).RequireAllGood();
        var runs = TextsComputed(server) - before;

        var target = Target.Most(1);
        context.Report.Table($"{Callers} callers, one new text of 200 tokens", "what", "runs", "until the last answer, ms", "target")
            .Row("computed", $"{runs}", $"{result.Seconds * 1e3:f0}", Format.Verdict(runs, target));
        context.Report.Figure("B13", "runs", runs, target);
        if (runs != 1)
            context.Fail($"B13: {runs} texts were computed for {Callers} callers of one.");
    }

    private static double TextsComputed(PublishedServer server) => server.Get("metrics").Split('\n')
        .Where(line => line.StartsWith(Computed, StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
}
