using System.Buffers.Binary;
using System.Numerics;

namespace Quiver.Bench.Onnx;

/// <summary>
/// A protocol buffer message being written (https://protobuf.dev/programming-guides/encoding/). Payloads are kept by reference, so a
/// model of any size is held once however deeply its tensors are nested.
/// </summary>
internal sealed class ProtobufMessage
{
    private const int VarintWire = 0;
    private const int LengthDelimitedWire = 2;
    private const int Fixed32Wire = 5;

    private readonly List<ReadOnlyMemory<byte>> _segments = [];

    /// <summary>Encoded size in bytes.</summary>
    public long Length { get; private set; }

    public ProtobufMessage Integer(int field, long value)
    {
        AppendVarint(Key(field, VarintWire));
        AppendVarint((ulong)value);
        return this;
    }

    public ProtobufMessage Single(int field, float value)
    {
        AppendVarint(Key(field, Fixed32Wire));
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        Append(bytes);
        return this;
    }

    public ProtobufMessage Text(int field, string value) => Bytes(field, System.Text.Encoding.UTF8.GetBytes(value));

    public ProtobufMessage Bytes(int field, ReadOnlyMemory<byte> value)
    {
        AppendVarint(Key(field, LengthDelimitedWire));
        AppendVarint((ulong)value.Length);
        Append(value);
        return this;
    }

    public ProtobufMessage Message(int field, ProtobufMessage value)
    {
        AppendVarint(Key(field, LengthDelimitedWire));
        AppendVarint((ulong)value.Length);
        _segments.AddRange(value._segments);
        Length += value.Length;
        return this;
    }

    public void WriteTo(Stream stream)
    {
        foreach (var segment in _segments)
            stream.Write(segment.Span);
    }

    private static ulong Key(int field, int wire) => ((ulong)field << 3) | (uint)wire;

    private void AppendVarint(ulong value)
    {
        var bytes = new byte[Math.Max(1, (70 - BitOperations.LeadingZeroCount(value)) / 7)];
        for (var i = 0; i < bytes.Length; i++, value >>= 7)
            bytes[i] = (byte)((value & 0x7F) | (i == bytes.Length - 1 ? 0u : 0x80u));
        Append(bytes);
    }

    private void Append(ReadOnlyMemory<byte> bytes)
    {
        _segments.Add(bytes);
        Length += bytes.Length;
    }
}
