namespace Quiver.Models;

/// <summary>The layout of the Hugging Face cache: models--org--name/{refs/main, snapshots/revision/…, blobs/…}.</summary>
/// <remarks>refs/main holds the revision that "main" last was; every file of a snapshot is a link into blobs.</remarks>
internal static class HubCache
{
    private const string EntryPrefix = "models--";
    private const string Snapshots = "snapshots";
    private const int MaxRevisionLength = 100;

    /// <summary>The repository ("org/name") that a snapshot folder is of, or null where it is not a snapshot.</summary>
    public static string? NameOf(string snapshot)
    {
        if (Path.GetDirectoryName(snapshot) is not { } parent || Path.GetFileName(parent) != Snapshots)
            return null;
        var entry = Path.GetFileName(Path.GetDirectoryName(parent));
        return entry is not null && IsEntry(entry) ? entry[EntryPrefix.Length..].Replace("--", "/", StringComparison.Ordinal) : null;
    }

    /// <summary>The snapshot that an entry's refs/main names, or null where the folder is not a cache entry or the file cannot be read.</summary>
    public static string? CurrentSnapshot(string entry)
    {
        var reference = new FileInfo(Path.Combine(entry, "refs", "main"));
        if (!IsEntry(Path.GetFileName(entry)) || !reference.Exists || reference.Length > MaxRevisionLength)
            return null;
        try
        {
            var revision = File.ReadAllText(reference.FullName).Trim();
            return revision.Length > 0 && revision.All(char.IsAsciiHexDigit) ? Path.Combine(entry, Snapshots, revision) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The blobs folder that a snapshot, or a folder inside one, may link into.</summary>
    public static string? BlobsOf(string folder)
    {
        for (var current = folder; Path.GetDirectoryName(current) is { } parent; current = parent)
        {
            if (NameOf(current) is not null)
                return Path.Combine(Path.GetDirectoryName(parent)!, "blobs");
        }

        return null;
    }

    private static bool IsEntry(string folderName) => folderName.StartsWith(EntryPrefix, StringComparison.Ordinal);
}
