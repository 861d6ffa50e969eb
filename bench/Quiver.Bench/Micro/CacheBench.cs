using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;
using Quiver.Caching;
using Quiver.Embedding;
using Quiver.Encoding;

namespace Quiver.Bench.Micro;

/// <summary>What an input costs that is in the cache: its key, its lookup, and the whole way through the service to the ready text.</summary>
internal static class CacheBench
{
    private const int Entries = 100_000;

    public static void Run(BenchContext context)
    {
        var table = context.Report.Table($"A hit among {Entries:N0} entries", "step", "ns", "target");
        var digest = new byte[32];
        foreach (var length in (int[])[20, 100, 1000])
        {
            var text = new string('x', length);
            Line($"key of {length} characters", Sampler.TimeThread(() => Sink.Take((int)CacheKey.OfText("", digest, text).Fingerprint)), null);
        }

        using var tier = new MemoryTier();
        var keys = Enumerable.Range(0, Entries).Select(i => CacheKey.OfText("", digest, $"text {i}")).ToArray();
        var line = new CacheLine("", "model", digest, 384);
        foreach (var key in keys)
            tier.Add(new CacheEntry(new LineKey(line, key), new float[384], 5, 5));
        var next = 0;
        Line("lookup, any entry", Sampler.TimeThread(() =>
        {
            next = (next + 7919) % Entries;
            Sink.Take(tier.TryFind(keys[next], out _) ? 1 : 0);
        }), null);
        Line("lookup, one entry", Sampler.TimeThread(() => Sink.Take(tier.TryFind(keys[0], out _) ? 1 : 0)), Target.Most(100));

        using var model = EmbeddingModel.Load(Repository.DefaultModel, Precision.Int16);
        using var service = new EmbeddingService(new ModelDirectory([model]));
        var request = new EmbeddingRequest(model.Name, [new EmbeddingInput("The same twenty words or so that are asked for again and again by everybody who comes along here.")]);
        foreach (var kind in Enum.GetValues<VectorTextKind>())
            Line($"request to ready {kind.ToString().ToLowerInvariant()}", Sampler.TimeThread(() => Sink.Take(Embed().ReadyText(0, kind).Length)), null);

        EmbeddingResult Embed() => service.EmbedAsync(request, CancellationToken.None).GetAwaiter().GetResult();

        void Line(string step, Samples seconds, Target? target)
        {
            var nanoseconds = seconds.Convert(value => value * 1e9);
            table.Row(step, $"{nanoseconds.Median:f0}", target is null ? "" : Format.Verdict(nanoseconds.Median, target));
            context.Report.Figure("cache", $"{step}, ns", nanoseconds, target);
        }
    }
}
