using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Quiver.Tests.Models;

/// <summary>Writes safetensors files for tests, right or wrong as asked.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file of this header and so many bytes of data; byte i of the data is i mod 251.</summary>
    public static byte[] Of(string header, int dataLength) => Of(Utf8(header), Pattern(dataLength));

    /// <summary>A well-formed file of float32 tensors.</summary>
    public static byte[] OfFloats(IEnumerable<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new JsonObject();
        var data = new List<byte>();
        foreach (var (name, shape, values) in tensors)
        {
            var bytes = MemoryMarshal.AsBytes<float>(values);
            header[name] = new JsonObject
            {
                ["dtype"] = "F32",
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(data.Count, data.Count + bytes.Length),
            };
            data.AddRange(bytes);
        }

        return Of(Utf8(header.ToJsonString()), [.. data]);
    }

    public static byte[] Of(byte[] header, ReadOnlySpan<byte> data) => WithLength((ulong)header.Length, [.. header, .. data]);

    /// <summary>Spelled out: Quiver.Encoding hides the framework's class of that name.</summary>
    public static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    /// <summary>A file whose first eight bytes claim any header length.</summary>
    public static byte[] WithLength(ulong headerLength, ReadOnlySpan<byte> rest)
    {
        var file = new byte[8 + rest.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, headerLength);
        rest.CopyTo(file.AsSpan(8));
        return file;
    }

    public static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i % 251))];

    /// <summary>Header and data of a file.</summary>
    public static (byte[] Header, byte[] Data) Split(byte[] file)
    {
        var end = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        return (file[8..end], file[end..]);
    }
}
