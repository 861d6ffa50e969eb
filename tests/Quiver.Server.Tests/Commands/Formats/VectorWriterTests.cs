using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quiver.Server.Commands.Formats;

namespace Quiver.Server.Tests.Commands.Formats;

public class VectorWriterTests
{
    private static readonly float[] Awkward =
    [
        0, -0f, 1, -1, 0.1f, 1f / 3, float.Epsilon, -float.Epsilon, 1.17549435e-38f, float.MaxValue, float.MinValue, 16777217, 1e-5f, 123456.789f,
    ];

    [Fact]
    public void Jsonl_reads_back_to_the_same_bits()
    {
        var lines = System.Text.Encoding.UTF8.GetString(Write(VectorFormat.Jsonl, [Awkward, Awkward])).Split('\n');

        Assert.Equal((3, ""), (lines.Length, lines[^1]));
        using var second = JsonDocument.Parse(lines[1]);
        Assert.Equal(["index", "embedding", "tokens", "truncated"], second.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, second.RootElement.GetProperty("index").GetInt64());
        Assert.Equal(101, second.RootElement.GetProperty("tokens").GetInt32());
        Assert.True(second.RootElement.GetProperty("truncated").GetBoolean());
        AssertSameBits(Awkward, [.. second.RootElement.GetProperty("embedding").EnumerateArray().Select(element => element.GetSingle())]);
    }

    [Fact]
    public void Csv_has_a_header_and_as_many_columns_in_every_row()
    {
        var rows = System.Text.Encoding.UTF8.GetString(Write(VectorFormat.Csv, [Awkward, Awkward])).TrimEnd('\n').Split('\n').Select(row => row.Split(',')).ToArray();

        Assert.Equal(3, rows.Length);
        Assert.Equal(["index", "tokens", "truncated", .. Enumerable.Range(0, Awkward.Length).Select(i => $"{i}")], rows[0]);
        Assert.Equal(["1", "101", "true"], rows[2][..3]);
        AssertSameBits(Awkward, [.. rows[2][3..].Select(field => float.Parse(field, CultureInfo.InvariantCulture))]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12345)]
    public void Npy_has_the_header_that_NumPy_documents(int count)
    {
        var file = Write(VectorFormat.Npy, Enumerable.Repeat(Awkward, count));

        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        var headerLength = BitConverter.ToUInt16(file, 8);
        Assert.Equal(0, (10 + headerLength) % 64);
        var header = System.Text.Encoding.ASCII.GetString(file, 10, headerLength);
        Assert.Equal($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {Awkward.Length}), }}", header.TrimEnd('\n', ' '));
        Assert.EndsWith("\n", header, StringComparison.Ordinal);

        var values = MemoryMarshal.Cast<byte, float>(file.AsSpan(10 + headerLength));
        Assert.Equal(count * Awkward.Length, values.Length);
        for (var row = 0; row < count; row++) AssertSameBits(Awkward, values.Slice(row * Awkward.Length, Awkward.Length));
    }

    private static byte[] Write(VectorFormat format, IEnumerable<float[]> vectors)
    {
        using var stream = new MemoryStream();
        var writer = VectorWriter.Create(format, stream, Awkward.Length);
        var index = 0;
        foreach (var vector in vectors)
        {
            writer.Write(index, vector, tokens: 100 + index, truncated: index % 2 == 1);
            index++;
        }

        writer.Complete();
        return stream.ToArray();
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(MemoryMarshal.Cast<float, int>(expected).ToArray(), MemoryMarshal.Cast<float, int>(actual).ToArray());
}
