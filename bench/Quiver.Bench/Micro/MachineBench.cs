using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Quiver.Bench.Measurement;
using Quiver.Bench.Reporting;

namespace Quiver.Bench.Micro;

/// <summary>The limits of this machine, by our own loops: what every kernel's figure is held against.</summary>
internal static class MachineBench
{
    private const int Megabyte = 1 << 20;

    public static void Run(Sampler sampler, Report report)
    {
        var table = report.Table("Limits of this machine", "what", "one core", "all cores", "spread of one core");
        if (Vector512.IsHardwareAccelerated)
            Compute("f32 FMA, 512-bit, GFLOP/s", CpuPeak.F32Vector512, CpuPeak.F32Operations(512));
        if (Vector256.IsHardwareAccelerated)
            Compute("f32 FMA, 256-bit, GFLOP/s", CpuPeak.F32Vector256, CpuPeak.F32Operations(256));
        if (Avx512BW.IsSupported)
            Compute("int16 vpmaddwd + vpaddd, 512-bit, GOP/s", CpuPeak.Int16Vector512, CpuPeak.Int16Operations(512));
        if (Avx2.IsSupported)
            Compute("int16 vpmaddwd + vpaddd, 256-bit, GOP/s", CpuPeak.Int16Vector256, CpuPeak.Int16Operations(256));
        Bandwidth("read, 16 MiB block, GB/s", 16 * Megabyte);
        Bandwidth("read, 256 MiB block, GB/s", 256 * Megabyte);

        void Compute(string name, Action loop, double operations)
        {
            var one = Sampler.TimeThread(loop).Convert(seconds => operations / seconds / 1e9);
            var all = sampler.Time(OnAllCores(loop)).Convert(seconds => Environment.ProcessorCount * operations / seconds / 1e9);
            Add(name, one, all);
        }

        void Bandwidth(string name, int bytes)
        {
            var blocks = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new ReadBandwidth(bytes)).ToArray();
            var one = Sampler.TimeThread(blocks[0].Read).Convert(seconds => bytes / seconds / 1e9);
            var all = sampler.Time(() => Parallel.ForEach(blocks, block => block.Read())).Convert(seconds => blocks.Length * bytes / seconds / 1e9);
            Add(name, one, all);
            foreach (var block in blocks)
                block.Dispose();
        }

        void Add(string name, Samples one, Samples all)
        {
            table.Row(name, $"{one.Median:f0}", $"{all.Median:f0}", Format.Spread(one));
            report.Figure("machine", name, one);
        }
    }

    private static Action OnAllCores(Action loop) =>
        () => Parallel.For(0, Environment.ProcessorCount, _ => loop());
}
