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
        new("throughput", ThroughputBench.RunShort),
        new("B7", ThroughputBench.RunRagged),
        new("B22", StartupBench.Run),
    ];
}
