using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Quiver.Caching;

/// <summary>Collects the parts of a hash, each behind its length, so that no two lists of parts give the same bytes whatever they hold.</summary>
/// <param name="room">At least <see cref="MaxBytes(string)"/>, or length + <see cref="LengthBytes"/>, for each part.</param>
internal ref struct HashedParts(Span<byte> room)
{
    public const int LengthBytes = sizeof(int);

    private readonly Span<byte> _room = room;
    private int _written;

    public static int MaxBytes(string text) => LengthBytes + System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);

    public void Add(string text)
    {
        var length = System.Text.Encoding.UTF8.GetBytes(text, _room[(_written + LengthBytes)..]);
        BinaryPrimitives.WriteInt32LittleEndian(_room[_written..], length);
        _written += LengthBytes + length;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_room[_written..], bytes.Length);
        bytes.CopyTo(_room[(_written + LengthBytes)..]);
        _written += LengthBytes + bytes.Length;
    }

    /// <param name="digest">[32]</param>
    public readonly void Hash(Span<byte> digest) => SHA256.HashData(_room[.._written], digest);
}
