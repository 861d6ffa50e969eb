namespace Quiver.Embedding;

/// <summary>The vector of a text in windows: Σ n·v / Σ n over their base vectors v, each weighted by its n tokens.</summary>
/// <remarks>Under mean pooling this is the mean over the tokens of all windows. One fixed order of sums, so the bits do not depend on who finished first.</remarks>
internal static class WindowMean
{
    /// <param name="vectors">One per window, all of one width. That of a single window is returned as it is.</param>
    public static float[] Of(float[][] vectors, IReadOnlyList<TokenizedInput> windows)
    {
        if (vectors.Length == 1)
            return vectors[0];

        var sums = new double[vectors[0].Length];
        var tokens = 0L;
        for (var window = 0; window < vectors.Length; window++)
        {
            var weight = windows[window].Ids.Length;
            tokens += weight;
            for (var i = 0; i < sums.Length; i++)
                sums[i] += (double)vectors[window][i] * weight;
        }

        return Array.ConvertAll(sums, sum => (float)(sum / tokens));
    }
}
