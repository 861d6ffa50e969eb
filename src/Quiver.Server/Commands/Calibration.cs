using Quiver.Encoding;
using Quiver.Models;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Commands;

/// <summary><c>quiver models calibrate</c>: what int8 codes of a model's vectors are measured in.</summary>
internal static class Calibration
{
    private const int BatchTexts = 32;

    /// <summary>Magnitudes from 0 to 1 are counted in so many steps.</summary>
    private const int Steps = 10_000;

    /// <summary>One element in so many is larger than the limit, and clipped: a few outliers must not coarsen all others.</summary>
    private const int ClippedOneIn = 10_000;

    /// <summary>Measures the elements of all texts' vectors at unit length, and writes their limit into the model's folder.</summary>
    /// <exception cref="InputException">A line cannot be used.</exception>
    /// <exception cref="UsageException">There is no line.</exception>
    public static async Task<int> RunAsync(string nameOrFolder, InputReader input, CancellationToken cancellationToken)
    {
        using var model = LocalModels.Load(nameOrFolder, Precision.F32);
        var magnitudes = new long[Steps + 1];
        var texts = 0;
        await foreach (var batch in input.ReadAsync(cancellationToken).Chunk(BatchTexts).WithCancellation(cancellationToken))
        {
            var vectors = new float[batch.Length * model.Width];
            model.Embed(Array.ConvertAll(batch, record => model.Tokenize(record.Text)), vectors);
            for (var row = 0; row < batch.Length; row++)
                Count(magnitudes, vectors.AsSpan(row * model.Width, model.Width));
            texts += batch.Length;
        }

        if (texts == 0)
            throw new UsageException("There is no text to calibrate with.");
        var limit = LimitOf(magnitudes);
        Console.Out.WriteLine($"{CodeLimit.Write(LocalModels.Open(nameOrFolder).Path, limit)}: {limit:g6}, from {texts} texts");
        return ExitCode.Success;
    }

    private static void Count(long[] magnitudes, Span<float> vector)
    {
        UnitLength.Normalize(vector);
        foreach (var element in vector)
            magnitudes[(int)Math.Ceiling(Math.Min(1, Math.Abs(element)) * Steps)]++;
    }

    private static float LimitOf(long[] magnitudes)
    {
        var clipped = magnitudes.Sum() / ClippedOneIn;
        var step = Steps;
        for (var larger = magnitudes[step]; larger <= clipped && step > 1; larger += magnitudes[step])
            step--;
        return (float)step / Steps;
    }
}
