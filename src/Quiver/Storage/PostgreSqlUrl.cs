using Npgsql;

namespace Quiver.Storage;

/// <summary>Reads postgresql:// URLs as libpq does, with the parameters that mean something here.</summary>
internal static class PostgreSqlUrl
{
    private const string SchemaParameter = "schema";

    /// <summary>libpq's name, or Prisma's, and Npgsql's key.</summary>
    private static readonly Dictionary<string, string> Keys = new(StringComparer.Ordinal)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["application_name"] = "Application Name",
        ["connect_timeout"] = "Timeout",
        ["connection_limit"] = "Maximum Pool Size",
    };

    private static readonly Dictionary<string, string> SslModes = new(StringComparer.Ordinal)
    {
        ["disable"] = "Disable",
        ["allow"] = "Allow",
        ["prefer"] = "Prefer",
        ["require"] = "Require",
        ["verify-ca"] = "VerifyCA",
        ["verify-full"] = "VerifyFull",
    };

    /// <exception cref="FormatException"/>
    public static PostgreSqlAddress Parse(string url, string schema)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new FormatException("The address of the database cannot be read: it is postgresql://user:password@host:port/name, and a character such as @ or / in the password is written as %40 or %2F.");

        var parts = new NpgsqlConnectionStringBuilder { Host = uri.IdnHost };
        if (uri.Port > 0)
            parts.Port = uri.Port;
        if (Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')) is { Length: > 0 } name)
            parts.Database = name;
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0)
            parts.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1)
            parts.Password = Uri.UnescapeDataString(user[1]);

        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = parameter.Split('=', 2);
            var value = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
            if (pair[0] == SchemaParameter)
                schema = value;
            else
                Set(parts, pair[0], value);
        }

        return PostgreSqlAddress.Of(parts, schema);
    }

    private static void Set(NpgsqlConnectionStringBuilder parts, string name, string value)
    {
        if (!Keys.TryGetValue(name, out var key))
            throw new FormatException($"The address of the database has a parameter '{name}', which is not known. Known are {SchemaParameter}, {string.Join(", ", Keys.Keys)}.");
        if (name == "sslmode" && !SslModes.TryGetValue(value, out value!))
            throw new FormatException($"The address of the database: sslmode is one of {string.Join(", ", SslModes.Keys)}.");
        PostgreSqlAddress.Set(parts, key, value, name);
    }
}
