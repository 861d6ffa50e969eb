using Quiver.Secrets;

namespace Quiver.Server.Hosting;

/// <summary>The encryption key of an installation that was given none: a file that only this user may read.</summary>
internal static class EncryptionKeyFile
{
    public const string Name = "encryption.key";

    /// <returns>The key's text. Whoever comes first makes it, however many start at once.</returns>
    /// <exception cref="IOException">It cannot be made or read.</exception>
    public static string ReadOrMake(string folder)
    {
        var file = Path.Combine(folder, Name);
        if (!File.Exists(file))
            Make(file);
        return File.ReadAllText(file).Trim();
    }

    /// <summary>It appears whole or not at all.</summary>
    private static void Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var draft = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(FernetKey.Generate().Export() + "\n"));
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            // Another was first.
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
