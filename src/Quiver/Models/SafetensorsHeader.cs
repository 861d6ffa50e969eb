namespace Quiver.Models;

/// <summary>Where one tensor lies: a header entry that was checked. Begin and end count from the start of the file.</summary>
internal sealed record TensorEntry(string Name, TensorType Type, int[] Shape, long Begin, long End);

/// <summary>The JSON header of a safetensors file: tensor name → dtype, shape, data_offsets; and free text under "__metadata__".</summary>
/// <remarks>
/// The rules are those of the format and of its reference implementation: offsets without overlap or hole, from the end of the header
/// to the end of the file, each range as long as its shape and type say.
/// </remarks>
internal static class SafetensorsHeader
{
    public const int PrefixLength = 8;

    /// <summary>The limit of the reference implementation.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>Weights have at most five dimensions (a video patch convolution); more is damage or malice.</summary>
    private const int MaxRank = 8;

    private const int MaxNameLength = 500;

    /// <exception cref="ModelFormatException">Names the file, and the tensor where there is one.</exception>
    public static List<TensorEntry> Parse(string path, byte[] header, long fileLength)
    {
        if (header[0] != (byte)'{')
            throw new ModelFormatException(path, "the header does not start with '{'");

        var dataStart = PrefixLength + header.Length;
        var entries = new List<TensorEntry>();
        foreach (var (name, value) in ModelJson.Parse(path, header).Members())
        {
            if (name == "__metadata__")
                RequireStrings(value);
            else
                entries.Add(ReadEntry(path, name, value, dataStart, fileLength));
        }

        RequireContiguous(path, entries, dataStart, fileLength);
        return entries;
    }

    private static void RequireStrings(ModelJson metadata)
    {
        foreach (var (_, value) in metadata.Members())
            _ = value.String();
    }

    private static TensorEntry ReadEntry(string path, string name, ModelJson value, long dataStart, long fileLength)
    {
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
            throw new ModelFormatException(path, "a tensor's name is empty, too long or has control characters");

        var typeName = value.Require("dtype").String();
        if (!TensorTypes.TryParse(typeName, out var type))
            throw value.Fault("dtype is not one Quiver knows");

        var shape = value.Require("shape").Items(MaxRank).Select(dimension => dimension.Int(0, int.MaxValue)).ToArray();
        var offsets = value.Require("data_offsets").Items(2).Select(offset => offset.Long(0, fileLength - dataStart)).ToArray();
        if (offsets.Length != 2 || offsets[0] > offsets[1])
            throw value.Fault("data_offsets must be [begin, end]");

        var length = offsets[1] - offsets[0];
        if (ByteLength(shape, type, length) != (ulong)length)
            throw value.Fault($"has {length} bytes, which is not shape {Tensor.Format(shape)} of {type}");

        return new TensorEntry(name, type, shape, dataStart + offsets[0], dataStart + offsets[1]);
    }

    /// <summary>Bytes of a shape, or some number above the limit where it has more: nothing overflows.</summary>
    private static UInt128 ByteLength(ReadOnlySpan<int> shape, TensorType type, long limit)
    {
        if (shape.Contains(0))
            return 0;
        var bytes = (UInt128)type.Size();
        foreach (var dimension in shape)
        {
            bytes *= (uint)dimension;
            if (bytes > (ulong)limit)
                break;
        }

        return bytes;
    }

    private static void RequireContiguous(string path, List<TensorEntry> entries, long dataStart, long fileLength)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        var position = dataStart;
        foreach (var entry in entries)
        {
            if (entry.Begin != position)
            {
                var kind = entry.Begin < position ? "overlaps the bytes before it" : "leaves a hole before it";
                throw new ModelFormatException(path, $"tensor '{entry.Name}': {kind}");
            }

            position = entry.End;
        }

        if (position != fileLength)
            throw new ModelFormatException(path, $"{fileLength - position} bytes at the end belong to no tensor");
    }
}
