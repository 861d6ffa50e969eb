using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;

namespace Quiver.Models;

/// <summary>
/// One memory-mapped safetensors file: eight bytes of header length, a JSON header, then the elements.
/// Opening checks the whole header against the file, so that no tensor can ever be read outside it.
/// </summary>
/// <remarks>
/// Thread-safe for reading. The file must not be truncated in place while it is open: the
/// system answers a read beyond the new end with a signal, not with an exception. A model is replaced by renaming a new folder over it.
/// </remarks>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly MemoryMappedFile _mapping;
    private MemoryMappedViewAccessor _view;
    private readonly long _length;
    private byte* _start;

    private SafetensorsFile(string path, FileStream stream)
    {
        Path = path;
        _length = stream.Length;
        var entries = ReadHeader(stream, path, _length);
        _mapping = MemoryMappedFile.CreateFromFile(
            stream, mapName: null, _length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = Map();
        Tensors = entries.ConvertAll(entry => new Tensor(this, entry));
    }

    public string Path { get; }

    /// <summary>Every tensor, in the order of their bytes.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="ModelFormatException">The file cannot be read or its header does not hold.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Weights are little-endian and are read where they lie.");

        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return new SafetensorsFile(path, stream);
        }
        catch (Exception error)
        {
            stream?.Dispose();
            // ArgumentException: the file shrank between reading its header and mapping it.
            if (error is IOException or UnauthorizedAccessException or ArgumentException)
                throw new ModelFormatException(path, "cannot be read", error);
            throw;
        }
    }

    public void Dispose()
    {
        if (_start is null)
            return;
        Unmap();
        _mapping.Dispose();
    }

    /// <summary>Gives back the memory of every page read so far; the tensors stay valid. Not while another thread reads.</summary>
    internal void ReleasePages()
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        Unmap();
        _view = Map();
    }

    internal ReadOnlySpan<byte> Read(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_start is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, _length);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    private MemoryMappedViewAccessor Map()
    {
        var view = _mapping.CreateViewAccessor(0, _length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        return view;
    }

    private void Unmap()
    {
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
    }

    private static List<TensorEntry> ReadHeader(FileStream stream, string path, long fileLength)
    {
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
        if (fileLength < prefix.Length)
            throw new ModelFormatException(path, $"{fileLength} bytes are too few for a safetensors file");
        stream.ReadExactly(prefix);

        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength is 0 or > SafetensorsHeader.MaxLength)
            throw new ModelFormatException(path, $"a header of {headerLength} bytes is outside 1 to {SafetensorsHeader.MaxLength}");
        if (headerLength > (ulong)(fileLength - prefix.Length))
            throw new ModelFormatException(path, $"the header says {headerLength} bytes, the file has {fileLength}");

        var header = new byte[headerLength];
        stream.ReadExactly(header);
        return SafetensorsHeader.Parse(path, header, fileLength);
    }
}
