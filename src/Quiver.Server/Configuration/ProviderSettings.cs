using Quiver.Providers;
using Quiver.Secrets;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Tenants' own providers: where they may be, and what their keys are encrypted with.</summary>
internal static class ProviderSettings
{
    private static readonly SettingType<string> EncryptionKey = Text("KEY", "a Fernet key, or a text to derive one from");

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<IReadOnlyList<string>>("providers.allowed_hosts", "--provider-host", List(Text("HOST", "hosts such as api.example.com, .example.com for all below it, either with a port", IsHost)))
        {
            Description = $"Hosts that callers' own providers may be at, beside {string.Join(", ", EndpointRule.BuiltIn)}. Only https, only public addresses.",
            SplitsFlag = true,
            Get = options => options.ProviderHosts,
            Set = (options, hosts) => options with { ProviderHosts = hosts },
        },
        new Setting<string?>("secrets.encryption_key", "--encryption-key", Optional(EncryptionKey))
        {
            Description = "What callers' provider keys are encrypted with, the same on every replica: `quiver secrets new` makes one. Better in the variable.",
            DefaultDescription = "on SQLite made at the first start and kept in `data_dir`; on PostgreSQL none, and callers cannot bring providers",
            IsSecret = true,
            Get = options => options.EncryptionKey,
            Set = (options, key) => options with { EncryptionKey = key },
            ServiceVariables = [new("embed-cache", "ENCRYPTION_KEY")],
        },
        new Setting<IReadOnlyList<string>>("secrets.previous_encryption_keys", "--previous-encryption-key", List(EncryptionKey))
        {
            Description = "Keys before it, which still decrypt, until `quiver secrets rotate` has run.",
            IsSecret = true,
            Get = options => options.PreviousEncryptionKeys,
            Set = (options, keys) => options with { PreviousEncryptionKeys = keys },
        },
    ];

    /// <summary>Texts of documents in place of keys, each with its fix.</summary>
    public static IEnumerable<string> Problems(ServeOptions options)
    {
        if (options.EncryptionKey is { } key && SampleSecrets.Contain(key))
            yield return "The encryption key is an example out of documentation, which everyone knows. `quiver secrets new` makes a good one.";
        if (options.EncryptionKey is null && options.PreviousEncryptionKeys is not [])
            yield return "There are previous encryption keys, and none that encrypts: set secrets.encryption_key.";
    }

    private static bool IsHost(string text) => AllowedHost.TryParse(text, out _);
}
