using Quiver.Server.Hosting;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>The limits of TEI's routes, which its clients read from /info.</summary>
internal static class TeiSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<int>("tei.max_client_batch_size", "--max-client-batch-size", Integer(1, 2048))
        {
            Description = "The most inputs of one request to TEI's routes.",
            Get = options => options.MaxClientBatchSize,
            Set = (options, most) => options with { MaxClientBatchSize = most },
            ServiceVariables = [new("tei", "MAX_CLIENT_BATCH_SIZE")],
        },
        new Setting<long>("tei.payload_limit", "--payload-limit", Bytes(1, QuiverHost.MaxBodyBytes))
        {
            Description = "The largest body that TEI's routes read.",
            Get = options => options.PayloadLimit,
            Set = (options, most) => options with { PayloadLimit = most },
            ServiceVariables = [new("tei", "PAYLOAD_LIMIT")],
        },
    ];
}
