using Quiver.Server.Auth;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Who may come in.</summary>
internal static class AuthSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<AuthMode?>("auth.mode", "--auth", Optional(Choice(("open", AuthMode.Open), ("single", AuthMode.Single), ("multi", AuthMode.Multi))))
        {
            Description = "Who may come in: open = callers on this machine, without a key; single = whoever has the one key; multi = users with keys and plans of their own.",
            DefaultDescription = "single where there is an API key, open where there is none",
            Get = options => options.Auth,
            Set = (options, mode) => options with { Auth = mode },
        },
        new Setting<string?>("auth.api_key", "--api-key", Optional(Text("KEY", "a key")))
        {
            Description = "The key that callers must present, 16 characters or more; with --auth multi the master key, which may do everything. Better in the variable or a file: other users of a machine see its command lines.",
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
        new Setting<bool>("auth.query_key", "--query-key", Switch)
        {
            Description = "Whether a key may also stand in the address, as ?api_key=KEY. Addresses end up in the logs of proxies and browsers: for clients that can do no better.",
            Get = options => options.QueryKey,
            Set = (options, isOn) => options with { QueryKey = isOn },
        },
        new Setting<bool>("auth.require_https", "--require-https", Switch)
        {
            Description = "Whether what needs a key is refused over plain HTTP, with 426. Behind a proxy that ends TLS, list it in server.trusted_proxies.",
            Get = options => options.RequireHttps,
            Set = (options, isOn) => options with { RequireHttps = isOn },
            ServiceVariables = [new("tkr-embed", "EMBEDDING_REQUIRE_HTTPS")],
        },
        new Setting<bool>("auth.sign_up", "--sign-up", Choice(("open", true), ("closed", false)))
        {
            Description = "With --auth multi, whether anyone who reaches the server may make an account for himself (POST /v1/auth/signup).",
            Get = options => options.SignUp,
            Set = (options, isOpen) => options with { SignUp = isOpen },
        },
        new Setting<string?>("auth.jwt_secret", "--jwt-secret", Optional(Text("SECRET", "a secret")))
        {
            Description = "What log-ins of --auth multi are signed with: 32 bytes or more, the same on every replica. Better in the variable.",
            DefaultDescription = "made at the first start and kept in the data folder",
            IsSecret = true,
            Get = options => options.JwtSecret,
            Set = (options, secret) => options with { JwtSecret = secret },
            ServiceVariables = [new("embed-cache", "JWT_SECRET"), new("embed-cache", "JWT_SECRET_KEY")],
        },
        new Setting<string?>("auth.jwt_secret_previous", "--jwt-secret-previous", Optional(Text("SECRET", "a secret")))
        {
            Description = "The secret before it, whose log-ins still count: for the day after a change.",
            IsSecret = true,
            Get = options => options.PreviousJwtSecret,
            Set = (options, secret) => options with { PreviousJwtSecret = secret },
        },
    ];
}
