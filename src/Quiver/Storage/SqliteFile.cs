namespace Quiver.Storage;

/// <summary>Files of databases are for their owner alone; SQLite gives those it makes beside one the same rights.</summary>
internal static class SqliteFile
{
    /// <summary>Makes it, empty, unless it is there.</summary>
    public static void CreatePrivate(string file) => new FileStream(file, Private(FileShare.ReadWrite | FileShare.Delete)).Dispose();

    /// <summary>Opened or made, for reading and writing.</summary>
    public static FileStreamOptions Private(FileShare share)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
