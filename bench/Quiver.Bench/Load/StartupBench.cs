using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Load;

/// <summary>B22: the published build from the start of its process to its first answer, and its resident memory, after that and after B7's load.</summary>
internal static class StartupBench
{
    private const int Descriptions = 2_000;
    private const int Clients = 4;
    private const int RequestTexts = 32;
    private const double Megabyte = 1 << 20;

    public static void Run(BenchContext context)
    {
        // Reads the program and the model into the page cache, and compiles the client here.
        PublishedServer.Start().Server.Dispose();
        Measure(context);
    }

    private static void Measure(BenchContext context)
    {
        var (starts, disturbed) = context.Sampler.Repeat(() =>
        {
            var (server, firstAnswer) = PublishedServer.Start();
            using (server)
                return (Seconds: firstAnswer.TotalSeconds, Megabytes: server.ResidentBytes / Megabyte);
        });
        var table = context.Report.Table("Start of the published server (page cache warm)", "what", "median", "spread", "target");
        Line("process start to first answer, s", Samples.Of(starts.Select(start => start.Seconds), disturbed), Target.Most(0.4));
        Line("resident memory after it, MiB", Samples.Of(starts.Select(start => start.Megabytes), disturbed), Target.Most(150));
        Line($"resident memory after {Descriptions:n0} descriptions, MiB", Samples.Of([AfterLoad()]), Target.Most(220));

        void Line(string name, Samples samples, Target target)
        {
            table.Row(name, $"{samples.Median:f2}", Format.Spread(samples), Format.Verdict(samples.Median, target));
            context.Report.Figure("B22", name, samples, target);
        }
    }

    private static double AfterLoad()
    {
        using var server = PublishedServer.Start().Server;
        var requests = Corpus.Descriptions().Take(Descriptions).Chunk(RequestTexts);
        Parallel.ForEach(requests, new ParallelOptions { MaxDegreeOfParallelism = Clients }, texts => server.Embed(texts));
        return server.ResidentBytes / Megabyte;
    }
}
