using System.Globalization;
using Quiver.Bench.Http;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Load;

/// <summary>Ten minutes at 70 % of what the server can do: nothing grows.</summary>
public sealed class EnduranceTests
{
    private const int Tokens = 20;
    private const int Windows = 20;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Memory_handles_threads_and_latency_stay_flat_under_load()
    {
        if (Environment.GetEnvironmentVariable("QUIVER_LONG") != "1")
            Assert.Skip("Takes ten minutes: ./test --long");
        using var folder = new TemporaryFolder();
        await using var server = await ServerProgram.StartAsync("--cache-size", "16MiB", "--log-file", Path.Combine(folder.Path, "quiver.log"), "--log-file-size", "1MiB", "--log-files", "2");
        var unique = new UniqueTexts(seed: 1);
        using var generator = new LoadGenerator(server.Address.Port, connections: 16);
        var capacity = generator.RunClosed(Next, TimeSpan.FromSeconds(10)).RequireAllGood().Rate;

        var seen = new List<Observation>();
        for (var i = 0; i < Windows; i++)
        {
            var result = generator.RunOpen(Next, 0.7 * capacity, Window, mostConnections: 256, seed: i).RequireAllGood();
            seen.Add(Observation.Of(server.ProcessId, LoadResult.Percentile(result.Answers, 0.99)));
        }

        // The first quarter fills caches and pools; the last is compared with the second.
        var (second, last) = (seen[(Windows / 4)..(Windows / 2)], seen[(3 * Windows / 4)..]);
        AssertFlat("resident memory", second.Select(each => each.ResidentBytes), last.Select(each => each.ResidentBytes), tolerated: 1.10);
        AssertFlat("open files", second.Select(each => each.Files), last.Select(each => each.Files), tolerated: 1.05);
        AssertFlat("threads", second.Select(each => each.Threads), last.Select(each => each.Threads), tolerated: 1.25);
        AssertFlat("p99", second.Select(each => each.P99), last.Select(each => each.P99), tolerated: 2);

        byte[] Next() => HttpRequestBytes.Embed([unique.Next(Tokens)]);
    }

    private static void AssertFlat(string what, IEnumerable<double> before, IEnumerable<double> after, double tolerated)
    {
        var (early, late) = (Median(before), Median(after));
        Assert.True(late <= tolerated * early, string.Create(CultureInfo.InvariantCulture, $"{what} grew from {early:g4} to {late:g4}."));
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private sealed record Observation(double ResidentBytes, double Files, double Threads, double P99)
    {
        public static Observation Of(int process, double p99)
        {
            var status = File.ReadAllLines($"/proc/{process}/status");
            return new Observation(Number("VmRSS:") * 1024, Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count(), Number("Threads:"), p99);

            double Number(string name) =>
                double.Parse(status.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
    }
}
