using Quiver.Diagnostics;

namespace Quiver.Server.Hosting;

/// <summary>Parameters of a query that are looked for in the database, which takes no text with a NUL.</summary>
internal static class QueryText
{
    /// <returns>null where there is none, or an empty one, or several.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.InvalidInput"/>: it has control characters.</exception>
    public static string? Of(IQueryCollection parameters, string name)
    {
        if (!parameters.TryGetValue(name, out var values) || values is not [{ Length: > 0 } value])
            return null;
        return value.Any(char.IsControl) ? throw new QuiverException(ErrorKind.InvalidInput, $"'{name}' has control characters.") { Parameter = name } : value;
    }
}
