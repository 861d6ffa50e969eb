using Quiver.Bench.Onnx;
using Quiver.Bench.Peers;
using Quiver.Encoding;

namespace Quiver.Bench.Quality;

/// <summary>
/// A differential test of two encoders that share nothing but the weights: ours in f32, and ONNX Runtime on the graph that
/// <see cref="BertGraph"/> writes. It keeps the benchmark's peer honest too: it computes the same function.
/// </summary>
internal static class OnnxAgreement
{
    /// <summary>Largest difference of any component of any unit-length vector.</summary>
    public const double Tolerance = 1e-5;

    /// <summary>Texts of every length from 2 to 64 tokens and some up to the model's limit.</summary>
    public static IReadOnlyList<int[]> Texts { get; } =
        [.. Enumerable.Range(2, 63).Concat([100, 127, 128, 129, 200, 255, 256]).Select(SampleTexts.Ids)];

    /// <summary>The largest difference between our f32 vectors and ONNX Runtime's, each text alone and in padded batches of 8.</summary>
    public static double LargestDifference(string modelFolder, GraphFlavor flavor, IReadOnlyList<int[]> texts)
    {
        using var models = new OnnxModels(modelFolder);
        using var session = OnnxRuntimeSession.Start(models.Path(flavor), threads: 1);
        var ours = Vectors.OfQuiver(modelFolder, Precision.F32, texts);
        var alone = new Vectors(session.Embed([.. texts.Chunk(1)]), ours.Width).ToUnitLength();
        var padded = new Vectors(session.Embed([.. texts.Chunk(8)]), ours.Width).ToUnitLength();
        return Math.Max(ours.LargestDifference(alone), ours.LargestDifference(padded));
    }

    public static void Run(BenchContext context)
    {
        if (OnnxRuntimeSession.Missing() is { } missing)
        {
            context.Fail($"agreement with ONNX Runtime could not be checked: {missing}");
            return;
        }

        var table = context.Report.Table($"Agreement of f32 with ONNX Runtime ({Texts.Count} texts, at most {Tolerance:g})", "graph", "largest difference");
        foreach (var flavor in (GraphFlavor[])[GraphFlavor.Standard, GraphFlavor.Fused])
        {
            var difference = LargestDifference(Repository.DefaultModel, flavor, Texts);
            table.Row($"{flavor}", $"{difference:0.0e-0}");
            context.Report.Figure("agreement", $"{flavor}, largest difference", difference, Reporting.Target.Most(Tolerance));
            if (difference > Tolerance)
                context.Fail($"f32 and ONNX Runtime ({flavor}) differ by {difference:0.0e-0}, more than {Tolerance:g}");
        }
    }
}
