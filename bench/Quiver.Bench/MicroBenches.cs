using Quiver.Bench.Micro;

namespace Quiver.Bench;

/// <summary>What <c>bench micro</c> runs.</summary>
internal static class MicroBenches
{
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("machine", context => MachineBench.Run(context.Sampler, context.Report)),
        new("gemm", context => GemmBench.Run(context.Report)),
        new("rows", context => RowKernelBench.Run(context.Report)),
        new("numbers", context => FloatFormatBench.Run(context.Report)),
        new("tokenizer", TokenizerBench.Run),
        new("cache", CacheBench.Run),
        new("limits", context => LimitBench.Run(context.Report)),
        new("telemetry", context => TelemetryBench.Run(context.Report)),
    ];
}
