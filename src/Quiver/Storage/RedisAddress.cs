using System.Globalization;
using StackExchange.Redis;

namespace Quiver.Storage;

/// <summary>Where a Redis is: "redis://[user][:password]@host[:port][/database]", "rediss://" with TLS.</summary>
/// <remarks>Prints without the password.</remarks>
internal sealed class RedisAddress
{
    private const int DefaultPort = 6379;

    private readonly string? _password;

    private RedisAddress(string host, int port, int database, bool useTls, string? password)
    {
        (Host, Port, Database, UseTls) = (host, port, database, useTls);
        _password = password;
    }

    public string Host { get; }

    public int Port { get; }

    public int Database { get; }

    public bool UseTls { get; }

    /// <exception cref="FormatException">It is none; the message says why and repeats nothing of it, which may hold a password.</exception>
    public static RedisAddress Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("redis" or "rediss") || uri.Host is "")
            throw new FormatException("A Redis address looks like redis://:password@host:6379/0, or rediss:// with TLS.");
        if (uri.Query is not "" || uri.Fragment is not "")
            throw new FormatException("A Redis address takes no parameters behind its path.");
        var path = uri.AbsolutePath.Trim('/');
        var database = 0;
        if (path is not "" && (!int.TryParse(path, NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > 1023))
            throw new FormatException("The path of a Redis address is the number of a database, such as /0.");
        var (user, password) = uri.UserInfo.Split(':', 2) is [var name, var secret] ? (name, secret) : (uri.UserInfo, null);
        // The client speaks the AUTH of one argument. An access list of Redis 6 with other users than "default" cannot be used.
        if (user is not ("" or "default"))
            throw new FormatException("The user of a Redis address is \"default\" or left out.");
        return new RedisAddress(uri.IdnHost, uri.Port < 0 ? DefaultPort : uri.Port, database, uri.Scheme == "rediss", password is null ? null : Uri.UnescapeDataString(password));
    }

    public ConfigurationOptions Options()
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { { Host, Port } },
            AbortOnConnectFail = false,
            AllowAdmin = false,
            ClientName = "quiver",
            ConnectRetry = 1,
            ConnectTimeout = 1000,
            KeepAlive = 5,
            Password = _password,
            ReconnectRetryPolicy = new LinearRetry(500),
            Ssl = UseTls,
            SyncTimeout = 1000,
        };
        return options;
    }

    public override string ToString() => $"{(UseTls ? "rediss" : "redis")}://{Host}:{Port}/{Database}";
}
