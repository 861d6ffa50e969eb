namespace Quiver.Server.Telemetry;

/// <summary>A log file that is renamed when it is full: FILE is written to, FILE.1 is the one before, and so on; the oldest is deleted.</summary>
/// <remarks>For one thread. A file is left over its size only by a single line that is longer.</remarks>
internal sealed class RotatingFile : IDisposable
{
    private readonly string _path;
    private readonly long _maxBytes;
    private readonly int _files;
    private FileStream _file;

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
    public void Write(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var length = LinesThatFit(lines, _maxBytes - _file.Length);
            if (length == 0 && _file.Length > 0)
            {
                Rotate();
                continue;
            }

            _file.Write(lines[..(length > 0 ? length : lines.IndexOf((byte)'\n') + 1)]);
            lines = lines[(length > 0 ? length : lines.IndexOf((byte)'\n') + 1)..];
        }

        _file.Flush();
    }

    public void Dispose() => _file.Dispose();

    private static int LinesThatFit(ReadOnlySpan<byte> lines, long room) =>
        lines.Length <= room ? lines.Length : lines[..(int)Math.Max(0, room)].LastIndexOf((byte)'\n') + 1;

    private void Rotate()
    {
        _file.Dispose();
        if (_files == 1)
            File.Delete(_path);
        for (var i = _files - 1; i >= 1; i--)
        {
            var older = i == 1 ? _path : $"{_path}.{i - 1}";
            if (File.Exists(older))
                File.Move(older, $"{_path}.{i}", overwrite: true);
        }

        _file = Open();
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
