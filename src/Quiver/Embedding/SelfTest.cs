using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>
/// Computes a known text of one model, past the cache: alone and in a batch it must give the same finite bits, every time, and the vector that
/// comes with the model, where one does.
/// </summary>
/// <remarks>For one thread at a time. It waits in the bulk lane, as a caller of its own, and computes some ten milliseconds.</remarks>
internal sealed class SelfTest(IEmbedder model, Scheduler scheduler)
{
    private const string DefaultText = "A quiver holds arrows.";

    private static readonly string[] Companions = ["Something else beside it", "and a third text of another length, which shares the batch."];

    private float[]? _before;

    /// <returns>What is wrong, or null.</returns>
    /// <exception cref="QuiverException">Nothing was found out: the queue is full, or closed.</exception>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var probe = model.Tokenize(model.Probe?.Text ?? DefaultText, prompt: "");
            var companions = Companions.Select(text => model.Tokenize(text, prompt: "")).ToArray();
            var alone = await ComputeAsync([probe], cancellationToken);
            var batch = await ComputeAsync([probe, companions[0], probe, companions[1], probe], cancellationToken);
            return Judge(alone[0], batch);
        }
        catch (Exception error) when (error is not (OperationCanceledException or QuiverException { Kind: ErrorKind.Overloaded or ErrorKind.Unavailable }))
        {
            return $"{model.Name}: {error.Message}";
        }
    }

    private string? Judge(float[] vector, float[][] batch)
    {
        if (batch.Where((_, i) => i % 2 == 0).Any(batched => !SameBits(batched, vector)))
            return $"{model.Name} gives a text another vector in a batch than alone.";
        if (_before is not null && !SameBits(_before, vector))
            return $"{model.Name} gives a text another vector than before.";
        if (model.Probe is { } probe && Distance(probe.Vector, vector) is var distance && !(distance <= model.ProbeTolerance))
            return $"{model.Name} gives its self-test's text a vector {distance:g3} off the one that came with the model, more than {model.ProbeTolerance:g3}.";
        _before ??= vector;
        return null;
    }

    private async Task<float[][]> ComputeAsync(TokenizedInput[] inputs, CancellationToken cancellationToken)
    {
        var vectors = new float[inputs.Length][];
        var computation = new RequestComputation(
            inputs,
            ScheduledOutput.Vector,
            (text, vector) =>
            {
                vectors[text] = vector.ToArray();
                return double.IsFinite(UnitLength.SumOfSquares(vector));
            });
        await computation.RunAsync(scheduler, texts => new ScheduledWork(model, texts, caller: "self-test", bulk: true) { Together = true }, cancellationToken);
        return vectors;
    }

    private static bool SameBits(float[] left, float[] right) =>
        left.AsSpan().SequenceEqual(right) && Array.TrueForAll(left, float.IsFinite);

    /// <summary>The largest difference of an element, at unit length.</summary>
    private static double Distance(IReadOnlyList<float> expected, float[] vector)
    {
        var unit = vector.ToArray();
        UnitLength.Normalize(unit);
        return expected.Zip(unit, (x, y) => Math.Abs((double)x - y)).Max();
    }
}
