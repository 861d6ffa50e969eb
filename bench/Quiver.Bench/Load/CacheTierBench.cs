using System.Diagnostics;
using Quiver.Bench.Http;
using Quiver.Bench.Reporting;
using Quiver.Caching;
using Quiver.Storage;
using Quiver.Storage.Migrations;

namespace Quiver.Bench.Load;

/// <summary>B5 and B19: vectors that memory does not have, and vectors on their way into the database.</summary>
internal static class CacheTierBench
{
    private const int Width = 384;
    private const int Batch = 100;

    /// <summary>B5: texts that only Redis has, over HTTP and from the tier alone, beside a round trip for each.</summary>
    public static void RunRedis(BenchContext context)
    {
        using var redis = RedisProcess.TryStart();
        if (redis is null)
        {
            context.Report.Note("B5 needs redis-server.");
            return;
        }

        var table = context.Report.Table("Vectors that Redis has", "what", "p50 ms", "p99 ms", "target");
        var one = OverHttp(context, redis, texts: 1);
        Line("one text, HTTP", one, Target.Most(0.8));
        Line($"{Batch} texts, HTTP", OverHttp(context, redis, Batch), Target.Most(1.5));
        var (together, single) = TierAloneAsync(redis).GetAwaiter().GetResult();
        Line($"{Batch} texts, tier alone", together, Target.Most(0.6));
        Line($"{Batch} texts, a round trip each", single, null);

        void Line(string name, IReadOnlyList<double> seconds, Target? target)
        {
            var sorted = seconds.Order().ToList();
            var (median, p99) = (sorted[sorted.Count / 2] * 1e3, sorted[(int)(sorted.Count * 0.99)] * 1e3);
            table.Row(name, $"{median:f3}", $"{p99:f3}", target is null ? "" : Format.Verdict(median, target));
            context.Report.Figure("B5", $"{name}, p50 ms", median, target);
            context.Report.Figure("B5", $"{name}, p99 ms", p99);
        }
    }

    /// <summary>B19: rows into SQLite in the tier's own batches, beside a transaction for each.</summary>
    public static void RunWrites(BenchContext context)
    {
        var folder = Directory.CreateTempSubdirectory("quiver-cache-bench-").FullName;
        var rates = WritesAsync(folder).GetAwaiter().GetResult();
        Directory.Delete(folder, recursive: true);
        var target = Target.Least(40_000);
        var table = context.Report.Table("Rows of 1.5 KB into the SQLite tier", "batches of 256, rows/s", "one by one, rows/s", "ratio", "target");
        table.Row($"{rates.Batches:n0}", $"{rates.Single:n0}", $"{rates.Batches / rates.Single:f1}x", Format.Verdict(rates.Batches, target));
        context.Report.Figure("B19", "batches of 256, rows per second", rates.Batches, target);
        context.Report.Figure("B19", "one by one, rows per second", rates.Single);
    }

    private static IReadOnlyList<double> OverHttp(BenchContext context, RedisProcess redis, int texts)
    {
        var unique = new UniqueTexts(seed: texts);
        var request = HttpRequestBytes.Embed([.. Enumerable.Range(0, texts).Select(_ => unique.Next(20))], base64: true);
        using var server = PublishedServer.Start("--cache-size", "0", "--cache-redis", redis.Url).Server;
        context.Load.Track(server.Process);
        try
        {
            using var generator = new LoadGenerator(server.Port, connections: 1);
            generator.RunClosed(() => request, TimeSpan.FromSeconds(1));
            var answers = generator.RunClosed(() => request, TimeSpan.FromSeconds(3)).RequireAllGood();
            return [.. Enumerable.Range(1, 999).Select(i => LoadResult.Percentile(answers.Answers, i / 1000.0))];
        }
        finally
        {
            context.Load.Forget(server.Process);
        }
    }

    private static async Task<(IReadOnlyList<double> Together, IReadOnlyList<double> Single)> TierAloneAsync(RedisProcess redis)
    {
        await using var server = new RedisServer(RedisAddress.Parse(redis.Url));
        var tier = new RedisTier(server, new RedisTierOptions());
        var entries = Entries(0, Batch);
        await tier.AddAsync([.. entries.Select(entry => new CacheAddition(entry))], CancellationToken.None);
        LineKey[] keys = [.. entries.Select(entry => new LineKey(entry.Line, entry.Key))];
        var found = new CacheEntry?[Batch];
        var (together, single) = (new List<double>(), new List<double>());
        for (var round = 0; round < 1000; round++)
        {
            var start = Stopwatch.GetTimestamp();
            await tier.FindAsync(keys, found, CancellationToken.None);
            together.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (round % 10 != 0)
                continue;
            start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Batch; i++)
                await tier.FindAsync(keys.AsMemory(i, 1), found.AsMemory(i, 1), CancellationToken.None);
            single.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (together[100..], single);
    }

    private static async Task<(double Batches, double Single)> WritesAsync(string folder)
    {
        await using var database = Database.At(new SqliteAddress(Path.Combine(folder, "cache.db")), Durability.Relaxed);
        await new Migrator(database, MigrationSet.Cache, TimeProvider.System).UpAsync(to: null, CancellationToken.None);
        var tier = new DatabaseTier(database, new DatabaseTierOptions(), TimeProvider.System);
        var batches = await RateAsync(tier, Entries(0, 100_000), 256);
        return (batches, await RateAsync(tier, Entries(200_000, 3_000), 1));
    }

    private static async Task<double> RateAsync(DatabaseTier tier, CacheEntry[] entries, int batch)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var some in entries.Chunk(batch))
            await tier.AddAsync([.. some.Select(entry => new CacheAddition(entry))], CancellationToken.None);
        return entries.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static CacheEntry[] Entries(int first, int count)
    {
        var line = new CacheLine("", "model", new byte[CacheKey.Bytes], Width);
        var vector = Enumerable.Range(0, Width).Select(i => MathF.Sin(i)).ToArray();
        return [.. Enumerable.Range(first, count).Select(i => new CacheEntry(new LineKey(line, CacheKey.OfText("", line.Identity.Span, $"text {i}")), vector, 5, 5))];
    }
}
