using Quiver.Storage;

namespace Quiver.Server.Configuration;

/// <summary>Where the options put the two databases: the truth, and the cache, which may be lost at any time.</summary>
internal static class DatabaseFiles
{
    /// <exception cref="FormatException">The address cannot be read; <see cref="ServeOptions.ImpossibleValues"/> has told it.</exception>
    public static DatabaseAddress Truth(ServeOptions options) => options.Database is { } text
        ? DatabaseAddress.Parse(text, options.DatabaseSchema)
        : InDataFolder(options, "quiver.db");

    /// <summary>On PostgreSQL beside the truth; on SQLite a file of its own, so that deleting it costs only time.</summary>
    /// <inheritdoc cref="Truth"/>
    public static DatabaseAddress Cache(ServeOptions options) =>
        Truth(options) is PostgreSqlAddress address ? address : InDataFolder(options, "cache.db");

    /// <summary>Makes the folder for a file in it. The folder of a file that an address names is the operator's to make.</summary>
    /// <exception cref="IOException"/>
    public static void MakeDataFolder(ServeOptions options, DatabaseAddress address)
    {
        if (address is SqliteAddress { File: var file } && Path.GetDirectoryName(file) == options.DataFolder.TrimEnd('/'))
            MakeDataFolder(options);
    }

    /// <summary>Makes the folder, if it is missing, for its owner alone.</summary>
    /// <inheritdoc cref="MakeDataFolder(ServeOptions, DatabaseAddress)"/>
    public static void MakeDataFolder(ServeOptions options)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(options.DataFolder);
        else
            Directory.CreateDirectory(options.DataFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public static string? ProblemWith(ServeOptions options)
    {
        try
        {
            Truth(options);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }

    private static SqliteAddress InDataFolder(ServeOptions options, string file) => new(Path.Combine(options.DataFolder, file));
}
