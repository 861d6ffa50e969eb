using System.Runtime.InteropServices;
using Quiver.Models;

namespace Quiver.Tests.Models;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tensor_has_the_name_type_shape_and_bytes_of_the_file()
    {
        using var file = Open("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]}}""", 32);

        Assert.Collection(
            file.Tensors,
            a =>
            {
                Assert.Equal(("a", TensorType.F32, 6), (a.Name, a.Type, a.ElementCount));
                Assert.Equal([2, 3], a.Shape.ToArray());
                Assert.Equal(SafetensorsBytes.Pattern(24), a.Data.ToArray());
            },
            b =>
            {
                Assert.Equal(("b", TensorType.I64, 1), (b.Name, b.Type, b.ElementCount));
                Assert.True(b.Shape.IsEmpty);
                Assert.Equal(SafetensorsBytes.Pattern(32)[24..], b.Data.ToArray());
            });
    }

    [Theory]
    [InlineData("F32", 4)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    public void Weights_widen_whole_and_by_row_at_any_alignment(string type, int size)
    {
        // One byte in front shifts the weights to an odd offset; the header's own length adds another shift.
        foreach (var padding in new[] { "", " ", "  ", "   " })
        {
            var bytes = 5 * 7 * size;
            using var file = Open($$$"""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"{{{type}}}","shape":[5,7],"data_offsets":[1,{{{1 + bytes}}}]}}""" + padding, 1 + bytes);
            var weights = file.Tensors[1];
            var all = new float[35];
            weights.CopyTo(all);

            Assert.Equal(Widen(type, SafetensorsBytes.Pattern(1 + bytes)[1..]), all);
            var row = new float[7];
            for (var i = 0; i < 5; i++)
            {
                weights.ReadRow(i, row);
                Assert.Equal(all[(7 * i)..(7 * i + 7)], row);
            }
        }
    }

    [Fact]
    public void A_tensor_without_elements_is_a_tensor()
    {
        using var file = Open("""{"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4);

        var empty = file.Tensors.Single(tensor => tensor.Name == "empty");
        Assert.Equal(0, empty.ElementCount);
        Assert.True(empty.Data.IsEmpty);
        empty.CopyTo([]);
    }

    [Fact]
    public void A_file_without_tensors_is_a_file()
    {
        using var file = Open("""{"__metadata__":{"format":"pt"}}""", 0);
        Assert.Empty(file.Tensors);
    }

    [Fact]
    public void A_destination_may_be_longer_and_must_not_be_shorter()
    {
        using var file = Open("""{"w":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}""", 4);
        var destination = new float[] { 7, 7, 7 };

        file.Tensors[0].CopyTo(destination);
        Assert.Equal(7, destination[2]);
        file.Tensors[0].ReadRow(0, destination);
        Assert.Equal(7, destination[2]);
        Assert.Throws<ArgumentException>(() => file.Tensors[0].CopyTo(new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors[0].ReadRow(0, new float[1]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(long.MaxValue)]
    public void A_row_outside_the_table_is_refused(long row)
    {
        using var file = Open("""{"w":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}""", 8);
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Tensors[0].ReadRow(row, new float[2]));
    }

    [Fact]
    public void Integers_are_not_weights()
    {
        using var file = Open("""{"position_ids":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}""", 8);

        var error = Assert.Throws<ModelFormatException>(() => file.Tensors[0].CopyTo(new float[1]));
        Assert.Contains("position_ids", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reading_after_dispose_is_an_exception()
    {
        var file = Open("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4);
        file.Dispose();
        file.Dispose();

        Assert.Throws<ObjectDisposedException>(() => file.Tensors[0].CopyTo(new float[1]));
        Assert.Throws<ObjectDisposedException>(() => file.Tensors[0].Data.Length);
    }

    private static float[] Widen(string type, byte[] bytes) => type switch
    {
        "F32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        "F16" => [.. MemoryMarshal.Cast<byte, Half>(bytes).ToArray().Select(half => (float)half)],
        _ => [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(bits => BitConverter.UInt32BitsToSingle((uint)bits << 16))],
    };

    private SafetensorsFile Open(string header, int dataLength) =>
        SafetensorsFile.Open(_folder.Write("model.safetensors", SafetensorsBytes.Of(header, dataLength)));
}
