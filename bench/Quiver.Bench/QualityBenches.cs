using Quiver.Bench.Quality;

namespace Quiver.Bench;

/// <summary>What <c>bench quality</c> runs.</summary>
internal static class QualityBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("agreement", OnnxAgreement.Run),
        new("B14", BatchIdentityBench.Run),
        new("B15", FidelityBench.Run),
        new("codes", CodesBench.Run),
        new("hits", HitRateBench.Run),
    ];
}
