using System.Data.Common;

namespace Quiver.Storage;

/// <summary>A file of SQLite.</summary>
/// <param name="File">Its path; relative to the current folder unless it begins at the root.</param>
internal sealed record SqliteAddress(string File) : DatabaseAddress
{
    private const string Scheme = "sqlite:";

    public override SqlEngine Engine => SqlEngine.Sqlite;

    public override string ToString() => $"the SQLite file {File}";

    /// <summary>
    /// <c>sqlite:///srv/quiver.db</c> is /srv/quiver.db, as URLs have it, and so is SQLAlchemy's sqlite:////srv/quiver.db;
    /// <c>sqlite:quiver.db</c> and <c>sqlite:///./quiver.db</c> are relative.
    /// </summary>
    /// <exception cref="FormatException"/>
    public static SqliteAddress ParseUrl(string url)
    {
        var path = url[Scheme.Length..];
        var query = path.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
        {
            var first = path[(query + 1)..].Split('=', '&')[0];
            throw new FormatException($"The address of the database has a parameter '{first}'; an sqlite: URL takes none.");
        }

        if (path.StartsWith("//", StringComparison.Ordinal))
        {
            path = path[2..];
            if (!path.StartsWith('/'))
                throw new FormatException("An sqlite: URL names no host: it is sqlite:///path, with three slashes.");
        }

        path = Uri.UnescapeDataString(path);
        if (path.StartsWith("/./", StringComparison.Ordinal))
            path = path[1..];
        else if (path.StartsWith('/'))
            path = "/" + path.TrimStart('/');
        return IsDrive(path) ? Checked(path[1..]) : Checked(path);
    }

    /// <exception cref="FormatException">It has a key beside "Data Source".</exception>
    public static SqliteAddress Of(DbConnectionStringBuilder parts)
    {
        foreach (string key in parts.Keys)
        {
            if (!key.Equals("Data Source", StringComparison.OrdinalIgnoreCase))
                throw new FormatException($"The connection string of the database has a key '{key}'; with Data Source, a file of SQLite, it takes no other.");
        }

        return Checked((string)parts["Data Source"]);
    }

    /// <summary>"/C:/…" of a URL is C:/… on Windows.</summary>
    private static bool IsDrive(string path) => path is ['/', var letter, ':', '/', ..] && char.IsAsciiLetter(letter);

    private static SqliteAddress Checked(string path) =>
        path.Length > 0 && !path.EndsWith('/') && path != ":memory:" && !path.Contains('\0', StringComparison.Ordinal)
            ? new SqliteAddress(path)
            : throw new FormatException("The address of the database names no file: sqlite:///path/quiver.db.");
}
