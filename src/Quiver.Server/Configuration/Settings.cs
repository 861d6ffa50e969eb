namespace Quiver.Server.Configuration;

/// <summary>
/// The one table of settings. Flags, variables, quiver.yaml, `quiver config show`, docs/configuration.md and docs/quiver.yaml are made from it: a
/// new setting is one entry in its section here, and a property of <see cref="ServeOptions"/>.
/// </summary>
internal static class Settings
{
    /// <summary>In the order of documentation: a section's settings stand together.</summary>
    public static IReadOnlyList<Setting> All { get; } =
    [
        .. ServerSettings.All,
        .. AuthSettings.All,
        .. ModelSettings.All,
        .. CacheSettings.All,
        .. DatabaseSettings.All,
        .. ProviderSettings.All,
        .. LimitSettings.All,
        .. TeiSettings.All,
        .. FastEmbedSettings.All,
        .. EmbedCacheSettings.All,
        .. TelemetrySettings.All,
        DatabaseSettings.DataFolder,
        CompatSetting.Compat,
    ];

    private static readonly Dictionary<string, Setting> ByPath = All.ToDictionary(setting => setting.Path, StringComparer.Ordinal);

    private static readonly HashSet<string> Sections = [.. All.SelectMany(setting => SectionsAbove(setting.Path))];

    public static Setting? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>Whether settings stand below the path in quiver.yaml.</summary>
    public static bool IsSection(string path) => Sections.Contains(path);

    /// <summary>What someone who wrote this path probably meant: a right name in a wrong place, or a name misspelt.</summary>
    public static string? Suggest(string path)
    {
        var written = path[(path.LastIndexOf('.') + 1)..];
        return All.FirstOrDefault(setting => setting.Path.EndsWith("." + written, StringComparison.Ordinal) || setting.Flag == "--" + written.Replace('_', '-'))?.Path
            ?? Spelling.Nearest(path, ByPath.Keys.Concat(Sections));
    }

    /// <summary>"server", "server.timeouts" for "server.timeouts.request".</summary>
    public static IEnumerable<string> SectionsAbove(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end > 0; end = path.IndexOf('.', end + 1))
            yield return path[..end];
    }
}
