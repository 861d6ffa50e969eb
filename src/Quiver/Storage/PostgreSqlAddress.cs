using System.Data.Common;
using System.Text.RegularExpressions;
using Npgsql;

namespace Quiver.Storage;

/// <summary>A database of a PostgreSQL server, and the schema in it that holds all that is ours.</summary>
/// <param name="ConnectionString">With the password: never shown.</param>
internal sealed partial record PostgreSqlAddress(string ConnectionString, string Schema) : DatabaseAddress
{
    private const string SearchPath = "Search Path";

    public override SqlEngine Engine => SqlEngine.PostgreSql;

    public override string ToString()
    {
        var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"the PostgreSQL database {parts.Database} at {parts.Host}:{parts.Port}, schema {Schema}";
    }

    /// <param name="parts">Keys as Npgsql has them; "Search Path" names one schema.</param>
    /// <exception cref="FormatException">A key is unknown, or a value is none it takes.</exception>
    public static PostgreSqlAddress Of(DbConnectionStringBuilder parts, string schema)
    {
        var known = new NpgsqlConnectionStringBuilder();
        foreach (string key in parts.Keys)
        {
            if (!known.ContainsKey(key))
                throw new FormatException($"The connection string of the database has a key '{key}', which Npgsql does not know.");
            Set(known, key, (string)parts[key], key);
        }

        if (known.SearchPath is { Length: > 0 } path)
            schema = path;
        return Of(known, schema);
    }

    /// <exception cref="FormatException">There is no host, or the schema's name is none.</exception>
    public static PostgreSqlAddress Of(NpgsqlConnectionStringBuilder parts, string schema)
    {
        if (string.IsNullOrEmpty(parts.Host))
            throw new FormatException("The address of the database names no host.");
        if (!IsSchemaName(schema))
            throw new FormatException("The schema of the database is not a lower-case name of letters, digits and underscores.");
        parts[SearchPath] = schema;
        return new PostgreSqlAddress(parts.ConnectionString, schema);
    }

    /// <summary>Names that need no quotes, whatever reads them: they stand in search_path too.</summary>
    public static bool IsSchemaName(string name) => SchemaName().IsMatch(name);

    /// <param name="name">What the operator calls the key.</param>
    /// <exception cref="FormatException">The value is none that the key takes.</exception>
    public static void Set(NpgsqlConnectionStringBuilder parts, string key, string value, string name)
    {
        try
        {
            parts[key] = value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw new FormatException($"The address of the database: '{name}' has a value that it does not take.");
        }
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}\\z")]
    private static partial Regex SchemaName();
}
