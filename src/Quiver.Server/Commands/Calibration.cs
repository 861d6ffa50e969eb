using Quiver.Encoding;
using Quiver.Models;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary><c>quiver models calibrate</c>: what int8 codes of a model's vectors are measured in.</summary>
internal static class Calibration
{
    private const int BatchTexts = 32;

    /// <summary>The largest magnitude of each element over all texts of the input, at unit length; written into the model's folder.</summary>
    /// <exception cref="InputException">A line cannot be used, or there is none.</exception>
    public static async Task<int> RunAsync(string nameOrFolder, InputReader input, CancellationToken cancellationToken)
    {
        using var model = LocalModels.Load(nameOrFolder, Precision.F32);
        var limits = new float[model.Width];
        var texts = 0;
        await foreach (var batch in input.ReadAsync(cancellationToken).Chunk(BatchTexts).WithCancellation(cancellationToken))
        {
            var vectors = new float[batch.Length * model.Width];
            model.Embed(Array.ConvertAll(batch, record => model.Tokenize(record.Text)), vectors);
            for (var row = 0; row < batch.Length; row++)
                Raise(limits, vectors.AsSpan(row * model.Width, model.Width));
            texts += batch.Length;
        }

        if (texts == 0)
            throw new UsageException("There is no text to calibrate with.");
        for (var i = 0; i < limits.Length; i++)
            limits[i] = Math.Clamp(limits[i], 1e-6f, 1);
        Console.Out.WriteLine($"{ElementLimits.Write(LocalModels.Open(nameOrFolder).Path, limits)}: limits of {limits.Length} elements from {texts} texts");
        return ExitCode.Success;
    }

    private static void Raise(float[] limits, Span<float> vector)
    {
        UnitLength.Normalize(vector);
        for (var i = 0; i < limits.Length; i++)
            limits[i] = Math.Max(limits[i], Math.Abs(vector[i]));
    }
}
