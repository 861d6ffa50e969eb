using Quiver.Bench.Measurement;

namespace Quiver.Bench.Peers;

/// <summary>How many texts a second ONNX Runtime computes, without HTTP and without a tokenizer.</summary>
internal static class OnnxRuntimeRates
{
    private const int Repetitions = 2;

    /// <summary>Each set-up's rate; none, and a note in the report, where ONNX Runtime is not installed.</summary>
    public static IEnumerable<(string Name, Samples TextsPerSecond)> Measure(BenchContext context, IReadOnlyList<int[]> texts)
    {
        if (OnnxRuntimeSession.Missing() is { } missing)
        {
            context.Report.Note($"No peer: {missing}.");
            yield break;
        }

        using var models = new OnnxModels(Repository.DefaultModel);
        foreach (var setup in OnnxRuntimeSetup.All)
        {
            using var peer = setup(models, context.Load);
            peer.Run([.. texts.Take(50)]);
            var (work, disturbed) = context.Sampler.Repeat(() => peer.Run(texts), Repetitions);
            yield return (peer.Name, Samples.Of(work.Select(each => texts.Count / each.Elapsed), disturbed));
        }
    }
}
