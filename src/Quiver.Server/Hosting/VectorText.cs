using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Quiver.Embedding;

namespace Quiver.Server.Hosting;

/// <summary>Vectors as text, straight into an <see cref="AnswerBuffer"/>: what every dialect's answers are made of.</summary>
internal static class VectorText
{
    /// <summary>A JSON array of numbers, each of which reads back to the same float32.</summary>
    public static void WriteNumbers(this AnswerBuffer answer, ReadOnlySpan<float> vector)
    {
        answer.Write("["u8);
        var room = answer.Room(vector.Length * (FloatFormat.MaxBytes + 1));
        var at = 0;
        foreach (var value in vector)
        {
            at += FloatFormat.Write(value, room[at..]);
            room[at++] = (byte)',';
        }

        room[at - 1] = (byte)']';
        answer.Advance(at);
    }

    /// <summary>A JSON string: base64 of the little-endian float32 elements.</summary>
    public static void WriteBase64(this AnswerBuffer answer, ReadOnlySpan<float> vector)
    {
        answer.Write("\""u8);
        var bytes = MemoryMarshal.AsBytes(vector);
        var room = answer.Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        var status = Base64.EncodeToUtf8(bytes, room, out _, out var written);
        Debug.Assert(status == OperationStatus.Done);
        answer.Advance(written);
        answer.Write("\""u8);
    }
}
