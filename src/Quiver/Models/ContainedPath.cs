namespace Quiver.Models;

/// <summary>Turns a name that a model's own files gave into a path that stays inside the model.</summary>
/// <remarks>
/// Links are followed as long as they end inside the folder, or in the "blobs" folder of the Hugging Face cache entry that the
/// folder is a snapshot of: there every file is a link (docs/decisions/0010-links-in-model-folders.md).
/// </remarks>
internal static class ContainedPath
{
    private const int MaxLinks = 40;

    /// <param name="folder">The model folder, or a module's folder in it.</param>
    /// <param name="name">A relative path with forward slashes: "model-00001-of-00002.safetensors", "1_Pooling/config.json".</param>
    /// <param name="namedBy">The file that gave the name, for the complaint.</param>
    /// <exception cref="ModelFormatException">The name leads out of the folder.</exception>
    public static string Resolve(string folder, string name, string namedBy)
    {
        if (name.Length is 0 or > 500 || name.Split('/').Any(part => !IsPlain(part)))
            throw new ModelFormatException(namedBy, "names a file that is not a plain relative path");

        var path = Path.Combine(folder, name);
        RequireInside(folder, path, namedBy);
        return path;
    }

    private static bool IsPlain(string part) =>
        part.Length > 0 && part is not ("." or "..") && !part.Any(c => char.IsControl(c) || c is '\\' or ':' or '*' or '?');

    private static void RequireInside(string folder, string path, string namedBy)
    {
        var target = RealPath(path, namedBy);
        var home = RealPath(folder, namedBy);
        if (IsBelow(home, target))
            return;
        if (HubCache.BlobsOf(home) is { } blobs && IsBelow(blobs, target))
            return;
        throw new ModelFormatException(namedBy, $"'{Path.GetFileName(path)}' is a link out of the model's folder");
    }

    private static bool IsBelow(string folder, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link on the way resolved; parts that do not exist stay as they are.</summary>
    private static string RealPath(string path, string namedBy)
    {
        var full = Path.GetFullPath(path);
        for (var links = 0; links <= MaxLinks; links++)
        {
            if (FirstLink(full) is not { } link)
                return full;
            var target = Path.GetFullPath(link.LinkTarget!, Path.GetDirectoryName(link.FullName)!);
            full = Path.Combine(target, Path.GetRelativePath(link.FullName, full) is var rest && rest != "." ? rest : "");
        }

        throw new ModelFormatException(namedBy, "names a file behind a loop of links");
    }

    private static FileInfo? FirstLink(string full)
    {
        var root = Path.GetPathRoot(full)!;
        var current = root;
        foreach (var part in full[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, part);
            var info = new FileInfo(current);
            if (info.LinkTarget is not null)
                return info;
        }

        return null;
    }
}
