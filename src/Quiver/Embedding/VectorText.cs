using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Quiver.Caching;

namespace Quiver.Embedding;

/// <summary>Vectors as JSON text, the same bytes for every dialect.</summary>
internal static class VectorText
{
    /// <summary>The text in an array of its own length.</summary>
    public static byte[] Of(ReadOnlySpan<float> vector, VectorTextKind kind)
    {
        var room = ArrayPool<byte>.Shared.Rent(MaxBytes(vector.Length, kind));
        var text = room.AsSpan(0, Write(vector, kind, room)).ToArray();
        ArrayPool<byte>.Shared.Return(room);
        return text;
    }

    /// <summary>Room that <see cref="Write"/> needs at most.</summary>
    public static int MaxBytes(int elements, VectorTextKind kind) => kind == VectorTextKind.Numbers
        ? 2 + (elements * (FloatFormat.MaxBytes + 1))
        : MaxBase64Bytes(elements * sizeof(float));

    /// <summary>Room that <see cref="WriteBase64"/> needs.</summary>
    public static int MaxBase64Bytes(int bytes) => 2 + Base64.GetMaxEncodedToUtf8Length(bytes);

    /// <summary>Writes the text of at least one element and returns its length.</summary>
    public static int Write(ReadOnlySpan<float> vector, VectorTextKind kind, Span<byte> room) =>
        kind == VectorTextKind.Numbers ? WriteNumbers(vector, room) : WriteBase64(MemoryMarshal.AsBytes(vector), room);

    /// <summary>Writes bytes as a JSON string in base64 and returns its length.</summary>
    public static int WriteBase64(ReadOnlySpan<byte> bytes, Span<byte> room)
    {
        room[0] = (byte)'"';
        var status = Base64.EncodeToUtf8(bytes, room[1..], out _, out var written);
        Debug.Assert(status == OperationStatus.Done);
        room[written + 1] = (byte)'"';
        return written + 2;
    }

    /// <summary>Room that <see cref="WriteCodes"/> needs at most.</summary>
    public static int MaxCodeBytes(int codes) => 2 + (5 * codes);

    /// <summary>Writes codes as a JSON array of whole numbers and returns its length.</summary>
    public static int WriteCodes(ReadOnlySpan<byte> codes, ElementType type, Span<byte> room)
    {
        var signed = type is ElementType.Int8 or ElementType.Binary;
        room[0] = (byte)'[';
        var at = 1;
        foreach (var code in codes)
        {
            Utf8Formatter.TryFormat(signed ? (sbyte)code : code, room[at..], out var written);
            at += written;
            room[at++] = (byte)',';
        }

        room[at - 1] = (byte)']';
        return at;
    }

    private static int WriteNumbers(ReadOnlySpan<float> vector, Span<byte> room)
    {
        room[0] = (byte)'[';
        var end = FloatFormat.WriteList(vector, room[1..]);
        room[end] = (byte)']';
        return end + 1;
    }
}
