namespace Quiver.Accounts;

/// <summary>How <see cref="Scopes"/> are written.</summary>
internal static class ScopeNames
{
    public const string Everything = "*";

    private static readonly (string Name, Scopes Scope)[] Names =
    [
        ("embed:text", Scopes.EmbedText),
        ("embed:image", Scopes.EmbedImage),
        ("embed:multimodal", Scopes.EmbedMultimodal),
        ("search", Scopes.Search),
        ("stores:read", Scopes.StoresRead),
        ("stores:write", Scopes.StoresWrite),
        ("files", Scopes.Files),
        ("admin", Scopes.Admin),
    ];

    public static IEnumerable<string> All => [.. Names.Select(entry => entry.Name), Everything];

    /// <param name="unknown">The first name that is none.</param>
    public static bool TryParse(IEnumerable<string> names, out Scopes scopes, out string? unknown)
    {
        (scopes, unknown) = (Scopes.None, null);
        foreach (var name in names)
        {
            var scope = name == Everything ? Scopes.All : Names.FirstOrDefault(entry => entry.Name == name).Scope;
            if (scope == Scopes.None)
            {
                unknown = name;
                return false;
            }

            scopes |= scope;
        }

        return true;
    }

    /// <summary>The names, in a fixed order; "*" alone for all.</summary>
    public static IReadOnlyList<string> Of(Scopes scopes) =>
        scopes == Scopes.All ? [Everything] : [.. Names.Where(entry => (scopes & entry.Scope) != 0).Select(entry => entry.Name)];

    /// <summary>As one column holds them.</summary>
    public static string Join(Scopes scopes) => string.Join(' ', Of(scopes));

    /// <summary>What a column holds. A name of a later version gives no right to this one.</summary>
    public static Scopes Split(string column) =>
        column.Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(Scopes.None, (scopes, name) => TryParse([name], out var scope, out _) ? scopes | scope : scopes);
}
