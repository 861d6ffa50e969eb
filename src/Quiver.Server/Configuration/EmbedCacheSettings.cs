using Quiver.Server.Hosting;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>The limits of EmbedCache's routes.</summary>
internal static class EmbedCacheSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<int>("embed_cache.max_batch_size", "--embed-cache-max-batch-size", Integer(1, 100))
        {
            Description = "The most texts of one request to POST /v1/embed/batch.",
            Get = options => options.EmbedCacheMaxBatch,
            Set = (options, most) => options with { EmbedCacheMaxBatch = most },
            ServiceVariables = [new("embed-cache", "MAX_BATCH_SIZE") { Translate = AtMost100 }],
        },
        new Setting<long>("embed_cache.max_payload_bytes", "--embed-cache-max-payload-bytes", Bytes(1, QuiverHost.MaxBodyBytes))
        {
            Description = "The largest body that EmbedCache's routes read, chunked or not.",
            Get = options => options.EmbedCacheMaxPayload,
            Set = (options, most) => options with { EmbedCacheMaxPayload = most },
            ServiceVariables = [new("embed-cache", "MAX_PAYLOAD_BYTES")],
        },
    ];

    /// <summary>Above 100 the service's own limit went before: the variable could only lower it.</summary>
    private static string? AtMost100(string text) => int.TryParse(text, out var most) && most > 100 ? "100" : text;
}
