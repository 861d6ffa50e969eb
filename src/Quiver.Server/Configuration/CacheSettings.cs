using System.Globalization;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>What is kept of computed vectors.</summary>
internal static class CacheSettings
{
    private const double Year = 365 * 86400.0;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<long>("cache.size", "--cache-size", Bytes(0, 1L << 40))
        {
            Description = "The most memory for vectors that were computed before; 0 keeps none. 256MiB hold some 140,000 vectors of 384 elements.",
            Get = options => options.CacheSize,
            Set = (options, size) => options with { CacheSize = size },
            // Theirs counts entries: a vector of 384 elements with its ready text takes some 7 KiB.
            ServiceVariables = [new("fastembed", "L1_CACHE_SIZE") { Translate = entries => int.TryParse(entries, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? $"{count * 8L}KiB" : entries }, new("tkr-embed", "EMBEDDING_CACHE_ENABLED") { Translate = value => value.ToUpperInvariant() is "FALSE" or "0" ? "0" : null }],
        },
        new Setting<TimeSpan?>("cache.ttl", "--cache-ttl", Optional(Seconds(0.001, Year)))
        {
            Description = "How long a computed vector is kept at most. It would not come out differently later.",
            DefaultDescription = "for as long as there is room",
            Get = options => options.CacheTimeToLive,
            Set = (options, life) => options with { CacheTimeToLive = life },
        },
    ];
}
