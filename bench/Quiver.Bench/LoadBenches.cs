using Quiver.Bench.Load;

namespace Quiver.Bench;

/// <summary>What <c>bench load</c> runs.</summary>
internal static class LoadBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("single", SingleTextBench.Run),
        new("sharing", SharingBench.Run),
        new("queue", QueueBench.Run),
        new("throughput", ThroughputBench.Run),
        new("B1", CachedAnswerBench.RunOne),
        new("B3", CachedAnswerBench.RunBase64),
        new("B4", CachedAnswerBench.RunBatches),
        new("B5", CacheTierBench.RunRedis),
        new("B6", MissBench.RunSingle),
        new("B7", DescriptionsBench.Run),
        new("B10", MissBench.RunBatches),
        new("B11", LatencyBench.Run),
        new("B12", MixedLoadBench.Run),
        new("B13", SameTextBench.Run),
        new("B19", CacheTierBench.RunWrites),
        new("B22", StartupBench.Run),
        new("B23", OverloadBench.Run),
    ];
}
