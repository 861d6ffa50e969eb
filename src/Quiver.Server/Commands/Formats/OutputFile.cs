namespace Quiver.Server.Commands.Formats;

/// <summary>
/// Where results go: a file that appears under its name only when it is complete, or standard output. Until <see cref="Commit"/>
/// an earlier file of that name stays as it was, and disposing without it leaves nothing behind.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private const int BufferBytes = 1 << 20;

    private readonly string? _target;
    private readonly string? _temporary;
    private readonly Stream? _forward;
    private bool _committed;

    private OutputFile(Stream stream, string? target, string? temporary, Stream? forward)
    {
        Stream = stream;
        _target = target;
        _temporary = temporary;
        _forward = forward;
    }

    /// <summary>Buffered; able to seek where that was asked for.</summary>
    public Stream Stream { get; }

    /// <param name="path">A file, or "-" for standard output. A device or named pipe is written to directly, never replaced.</param>
    /// <param name="seekable">
    /// The writer goes back to its beginning. What cannot seek then receives everything at the end, from a temporary file.
    /// </param>
    public static OutputFile Create(string path, bool seekable)
    {
        if (path == "-") return ToStream(StandardStreams.OpenOutput(), seekable);

        if (FileKind.IsStream(path)) return ToStream(new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), seekable);

        // A link stays a link: what it points to is replaced.
        var isLink = new FileInfo(path).LinkTarget is not null;
        var target = isLink ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName : Path.GetFullPath(path);
        if (Directory.Exists(target)) throw new IOException($"{path} is a folder.");

        var temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        return new OutputFile(new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes), target, temporary, null);
    }

    /// <summary>Everything is written: makes it durable and visible.</summary>
    public void Commit()
    {
        if (_forward is not null)
        {
            Stream.Seek(0, SeekOrigin.Begin);
            Stream.CopyTo(_forward);
            _forward.Flush();
        }
        else if (_target is not null)
        {
            ((FileStream)Stream).Flush(flushToDisk: true);
            Stream.Dispose();
            File.Move(_temporary!, _target, overwrite: true);
        }
        else
        {
            Stream.Flush();
        }

        _committed = true;
    }

    public void Dispose()
    {
        if (_committed || _target is not null || _forward is not null) Stream.Dispose();
        _forward?.Dispose();
        if (!_committed && _temporary is not null) File.Delete(_temporary);
    }

    private static OutputFile ToStream(Stream stream, bool seekable)
    {
        if (!seekable) return new OutputFile(new BufferedStream(stream, BufferBytes), null, null, null);

        var spool = new FileStream(
            Path.Combine(Path.GetTempPath(), $"quiver-{Path.GetRandomFileName()}"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                BufferSize = BufferBytes,
                Options = FileOptions.DeleteOnClose,
            });
        return new OutputFile(spool, null, null, stream);
    }
}
