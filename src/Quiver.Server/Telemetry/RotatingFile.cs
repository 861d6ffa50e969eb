namespace Quiver.Server.Telemetry;

/// <summary>A log file that is renamed when it is full: FILE is written to, FILE.1 is the one before, and so on; the oldest is deleted.</summary>
/// <remarks>For one thread. A file gets over its size only by a single line that is longer, or while files cannot be renamed.</remarks>
internal sealed class RotatingFile : IDisposable
{
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly int _files;

    /// <summary>null where it could not be opened again; each write tries to.</summary>
    private FileStream? _file;

    /// <param name="maxBytes">Of one file.</param>
    /// <param name="files">How many there are at most, the one that is written to included.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public RotatingFile(string path, long maxBytes, int files)
    {
        (_path, _maxBytes, _files) = (Path.GetFullPath(path), maxBytes, files);
        _file = Open();
    }

    /// <param name="lines">Whole lines.</param>
    /// <exception cref="IOException">They could not be written, or the file could not be opened again.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public void Write(ReadOnlySpan<byte> lines)
    {
        var file = _file ??= Open();
        var mayRotate = true;
        while (!lines.IsEmpty)
        {
            var length = mayRotate ? LinesThatFit(lines, _maxBytes - file.Length) : lines.Length;
            if (length == 0 && file.Length > 0)
            {
                // Lines in a file that is too long are worth more than no lines.
                mayRotate = TryRotate();
                file = _file ??= Open();
                continue;
            }

            if (length == 0)
                length = lines.IndexOf((byte)'\n') + 1;
            file.Write(lines[..length]);
            lines = lines[length..];
        }

        file.Flush();
    }

    public void Dispose() => _file?.Dispose();

    private static int LinesThatFit(ReadOnlySpan<byte> lines, long room) =>
        lines.Length <= room ? lines.Length : lines[..(int)Math.Max(0, room)].LastIndexOf((byte)'\n') + 1;

    /// <returns>Whether the files were renamed; if not, the full one is the one to go on with.</returns>
    private bool TryRotate()
    {
        _file?.Dispose();
        _file = null;
        try
        {
            if (_files == 1)
                File.Delete(_path);
            for (var i = _files - 1; i >= 1; i--)
            {
                var older = i == 1 ? _path : $"{_path}.{i - 1}";
                if (File.Exists(older))
                    File.Move(older, $"{_path}.{i}", overwrite: true);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private FileStream Open()
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        // Its lines tell who asked for what and when: for the server's own account only.
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(_path, options);
    }
}
