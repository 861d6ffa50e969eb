using System.Buffers.Binary;

namespace Quiver.Server.Tests.Support;

/// <summary>A protobuf message as its fields stand on the wire, without a schema. Source: protobuf.dev/programming-guides/encoding.</summary>
internal sealed class Protobuf
{
    private readonly List<(int Field, ulong Number, byte[] Bytes)> _fields = [];

    public static Protobuf Read(ReadOnlySpan<byte> bytes)
    {
        var message = new Protobuf();
        while (!bytes.IsEmpty)
        {
            var key = Varint(ref bytes);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    message._fields.Add((field, Varint(ref bytes), []));
                    break;
                case 1:
                    message._fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(bytes), []));
                    bytes = bytes[8..];
                    break;
                case 2:
                    var length = (int)Varint(ref bytes);
                    message._fields.Add((field, 0, bytes[..length].ToArray()));
                    bytes = bytes[length..];
                    break;
                case 5:
                    message._fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(bytes), []));
                    bytes = bytes[4..];
                    break;
                default:
                    throw new InvalidDataException($"Wire type {key & 7} in field {field}.");
            }
        }

        return message;
    }

    public bool Has(int field) => _fields.Exists(each => each.Field == field);

    public IEnumerable<Protobuf> Messages(int field) => _fields.Where(each => each.Field == field).Select(each => Read(each.Bytes));

    public byte[] Bytes(int field) => _fields.Where(each => each.Field == field).Select(each => each.Bytes).LastOrDefault([]);

    public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

    /// <summary>A varint or fixed number; 0 where the field is absent, as protobuf has it.</summary>
    public ulong Number(int field) => _fields.Where(each => each.Field == field).Select(each => each.Number).LastOrDefault();

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }
    }
}
