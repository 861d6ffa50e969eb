using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>What holds on FastEmbed's route alone.</summary>
internal static class FastEmbedSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<int>("fastembed.max_tokens", "--fastembed-max-tokens", Integer(3, 1_000_000))
        {
            Description = "The most tokens of a text on POST /v1/embed, special tokens included; where the model takes fewer, that is the limit.",
            Get = options => options.FastEmbedMaxTokens,
            Set = (options, limit) => options with { FastEmbedMaxTokens = limit },
            ServiceVariables = [new("fastembed", "MAX_TOKENS")],
        },
    ];
}
