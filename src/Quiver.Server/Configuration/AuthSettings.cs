using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Who may come in.</summary>
internal static class AuthSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<string?>("auth.api_key", "--api-key", Optional(Text("KEY", "a key")))
        {
            Description = "The key that callers must present, 16 characters or more. Better in the variable or a file: other users of a machine see its command lines.",
            IsSecret = true,
            Get = options => options.ApiKey,
            Set = (options, key) => options with { ApiKey = key },
            ServiceVariables = [new("tei", "API_KEY"), new("tkr-embed", "EMBEDDING_API_KEY")],
        },
        new Setting<string?>("auth.api_key_file", "--api-key-file", FilePath)
        {
            Description = "A file that holds the key, as secret stores mount them.",
            Get = options => options.ApiKeyFile,
            Set = (options, file) => options with { ApiKeyFile = file },
        },
    ];
}
