using Quiver.Bench.Load;
using Quiver.Encoding;

namespace Quiver.Bench.Quality;

/// <summary>Vectors of one width, row after row.</summary>
internal sealed class Vectors(float[] values, int width)
{
    public int Width { get; } = width;

    public int Count => values.Length / Width;

    public ReadOnlySpan<float> this[int row] => values.AsSpan(row * Width, Width);

    /// <summary>Our unit-length vectors, computed on all cores.</summary>
    public static Vectors OfQuiver(string modelFolder, Precision precision, IReadOnlyList<int[]> texts)
    {
        using var runners = new QuiverRunners(modelFolder, precision, Environment.ProcessorCount);
        return new Vectors(runners.Encode(TokenizedTexts.Cut(texts, mostTexts: 8, mostTokens: 256)).Vectors, runners.Width).ToUnitLength();
    }

    /// <summary>Divides each vector by its length, in place.</summary>
    public Vectors ToUnitLength()
    {
        for (var row = 0; row < Count; row++)
            UnitLength.Normalize(values.AsSpan(row * Width, Width));
        return this;
    }

    public double Dot(int row, ReadOnlySpan<float> other)
    {
        var vector = this[row];
        double sum = 0;
        for (var i = 0; i < vector.Length; i++)
            sum += (double)vector[i] * other[i];
        return sum;
    }

    /// <summary>Rows by descending dot product with a query, the first <paramref name="count"/> of them.</summary>
    public int[] Nearest(ReadOnlySpan<float> query, int count)
    {
        var scores = new double[Count];
        for (var row = 0; row < scores.Length; row++)
            scores[row] = Dot(row, query);
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(row => scores[row]).Take(count)];
    }

    /// <summary>The largest difference of any component.</summary>
    public double LargestDifference(Vectors other)
    {
        if (Count != other.Count || Width != other.Width)
            throw new ArgumentException($"{other.Count} vectors of {other.Width} beside {Count} of {Width}.", nameof(other));
        var largest = 0.0;
        for (var row = 0; row < Count; row++)
        {
            for (var i = 0; i < Width; i++)
            {
                var difference = Math.Abs((double)this[row][i] - other[row][i]);
                // A NaN must not pass for agreement.
                largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
            }
        }

        return largest;
    }
}
