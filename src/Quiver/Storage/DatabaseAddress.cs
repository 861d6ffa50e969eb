using System.Data.Common;

namespace Quiver.Storage;

/// <summary>Where a database is and how to get there. <see cref="ToString"/> holds no password.</summary>
/// <remarks>
/// Understood are <c>postgresql://user:password@host:port/name?schema=…&amp;sslmode=…</c> (also postgres://, as libpq has it:
/// https://www.postgresql.org/docs/17/libpq-connect.html#LIBPQ-CONNSTRING-URIS), the connection string of .NET
/// (<c>Host=…;Database=…</c>, <c>Data Source=file</c>), and <c>sqlite:///path</c>. Messages name what is wrong and never quote a value.
/// </remarks>
internal abstract record DatabaseAddress
{
    public const string DefaultSchema = "quiver";

    public abstract SqlEngine Engine { get; }

    /// <param name="text">One of the forms above.</param>
    /// <param name="schema">On PostgreSQL, where the tables are unless the text says it.</param>
    /// <exception cref="FormatException">It is none of them, or has a parameter that is not known. The message does not quote it.</exception>
    public static DatabaseAddress Parse(string text, string schema = DefaultSchema)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && (colon < 0 || equals < colon))
            return ParseConnectionString(text, schema);
        return (colon < 0 ? "" : text[..colon].ToLowerInvariant()) switch
        {
            "postgresql" or "postgres" => PostgreSqlUrl.Parse(text, schema),
            "sqlite" => SqliteAddress.ParseUrl(text),
            _ => throw new FormatException("A database is given as postgresql://user:password@host/name, as sqlite:///path, or as a connection string (Host=…;Database=…)."),
        };
    }

    private static DatabaseAddress ParseConnectionString(string text, string schema)
    {
        var parts = new DbConnectionStringBuilder();
        try
        {
            parts.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // The exception's message may quote a part of the text.
            throw new FormatException("The connection string of the database cannot be read: it is pairs such as Host=localhost;Database=quiver, and a value with ; or = stands in quotes.");
        }

        return parts.ContainsKey("Data Source") ? SqliteAddress.Of(parts) : PostgreSqlAddress.Of(parts, schema);
    }
}
