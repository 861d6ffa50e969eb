namespace Quiver.Models;

/// <summary>Pooling modes by the names that sentence-transformers gives them since version 6.</summary>
internal static class PoolingNames
{
    private static readonly (string Name, PoolingMode Mode)[] All =
    [
        ("cls", PoolingMode.Cls),
        ("max", PoolingMode.Max),
        ("mean", PoolingMode.Mean),
        ("mean_sqrt_len_tokens", PoolingMode.MeanSqrtLength),
        ("weightedmean", PoolingMode.WeightedMean),
        ("lasttoken", PoolingMode.LastToken),
    ];

    public static PoolingMode? Find(string name)
    {
        foreach (var (known, mode) in All)
        {
            if (known == name)
                return mode;
        }

        return null;
    }

    public static string NameOf(PoolingMode mode) => All.First(known => known.Mode == mode).Name;
}
