using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Quiver.Server.Commands.Formats;

/// <summary>
/// NumPy's .npy format 1.0 (numpy.lib.format): little-endian float32, C order, shape (texts, width).
/// </summary>
/// <remarks>
/// The header names the number of rows, which is known last: room is kept for it and it is written by <see cref="Complete"/>, so the
/// stream must be able to seek.
/// </remarks>
internal sealed class NpyVectorWriter : VectorWriter
{
    /// <summary>Magic, version, length and dictionary: room for any row count, and a multiple of 64 as the format asks.</summary>
    private const int HeaderBytes = 128;

    private static ReadOnlySpan<byte> MagicAndVersion => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    private readonly Stream _stream;
    private readonly int _width;
    private long _rows;

    public NpyVectorWriter(Stream stream, int width)
    {
        _stream = stream;
        _width = width;
        WriteHeader();
    }

    public override void Write(long index, ReadOnlySpan<float> vector, int tokens, bool truncated)
    {
        if (BitConverter.IsLittleEndian)
        {
            _stream.Write(MemoryMarshal.AsBytes(vector));
        }
        else
        {
            Span<byte> element = stackalloc byte[sizeof(float)];
            foreach (var value in vector)
            {
                BinaryPrimitives.WriteSingleLittleEndian(element, value);
                _stream.Write(element);
            }
        }

        _rows++;
    }

    public override void Complete()
    {
        _stream.Seek(0, SeekOrigin.Begin);
        WriteHeader();
        _stream.Seek(0, SeekOrigin.End);
    }

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Fill((byte)' ');
        MagicAndVersion.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], HeaderBytes - 10);
        System.Text.Encoding.ASCII.GetBytes($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({_rows}, {_width}), }}", header[10..]);
        header[^1] = (byte)'\n';
        _stream.Write(header);
    }
}
