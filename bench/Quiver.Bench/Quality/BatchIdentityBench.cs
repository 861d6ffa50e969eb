using System.Runtime.InteropServices;
using Quiver.Bench.Reporting;
using Quiver.Encoding;
using Quiver.Models;

namespace Quiver.Bench.Quality;

/// <summary>
/// B14: texts alone, in batches of 8 and of 32, on this machine's vectors: how many of them keep every bit. The narrower vector widths run
/// in child processes, in BitIdentityTests of every test run.
/// </summary>
internal static class BatchIdentityBench
{
    private const int Texts = 256;

    public static void Run(BenchContext context)
    {
        var texts = Corpus.Tokenize(Corpus.Descriptions().Take(Texts)).ToArray();
        var table = context.Report.Table($"Bits of a text in company ({Texts} package descriptions)", "arithmetic", "batch of 8", "batch of 32");
        foreach (var precision in Enum.GetValues<Precision>())
        {
            using var encoder = TextEncoder.Load(ModelFolder.Open(Repository.DefaultModel), precision);
            using var workspace = encoder.CreateWorkspace();
            var alone = Encode(encoder, workspace, texts, 1);
            var same = ((int[])[8, 32]).Select(size => CountSame(alone, Encode(encoder, workspace, texts, size))).ToArray();
            table.Row(precision.ToString().ToLowerInvariant(), $"{same[0]} identical", $"{same[1]} identical");
            if (same.Min() < Texts)
                context.Fail($"B14: {precision}: {Texts - same.Min()} texts change with their batch");
            context.Report.Figure("B14", $"{precision}, texts with the same bits in any batch", same.Min(), Target.Least(Texts));
        }
    }

    private static float[][] Encode(TextEncoder encoder, EncoderWorkspace workspace, int[][] texts, int size) =>
        [.. texts.Chunk(size).SelectMany(batch =>
        {
            var vectors = new float[batch.Length * encoder.Width];
            encoder.Encode(new TokenBatch([.. batch.SelectMany(ids => ids)], [.. batch.Select(ids => ids.Length)]), vectors, workspace);
            return vectors.Chunk(encoder.Width);
        })];

    private static int CountSame(float[][] first, float[][] second) => first.Zip(second)
        .Count(pair => MemoryMarshal.AsBytes<float>(pair.First).SequenceEqual(MemoryMarshal.AsBytes<float>(pair.Second)));
}
