using System.Globalization;
using Quiver.Caching;
using Quiver.Embedding;

namespace Quiver.Tests.Embedding;

public sealed class FloatFormatTests
{
    [Theory]
    [InlineData(0f, "0")]
    [InlineData(-0f, "-0")]
    [InlineData(1f, "1")]
    [InlineData(-1f, "-1")]
    [InlineData(0.5f, "0.5")]
    [InlineData(-0.25f, "-0.25")]
    [InlineData(0.1f, "0.100000001")]
    [InlineData(0.3f, "0.30000001")]
    [InlineData(0.02345678f, "0.02345678")]
    [InlineData(-0.0390625f, "-0.0390625")]
    [InlineData(0.99999994f, "0.99999994")]
    [InlineData(1.5258789E-05f, "0.000015258789")]
    [InlineData(float.Epsilon, "1E-45")]
    [InlineData(-float.MaxValue, "-3.4028235E+38")]
    public void Known_values(float value, string expected) => Assert.Equal(expected, Format(value));

    [Fact]
    public void Every_power_of_two_and_its_neighbours_read_back_to_the_same_bits()
    {
        for (var exponent = 0u; exponent < 255; exponent++)
        {
            for (var offset = -3; offset <= 3; offset++)
            {
                AssertRoundTrip((exponent << 23) + (uint)Math.Max(offset, -(int)exponent));
                AssertRoundTrip(0x8000_0000 | ((exponent << 23) + (uint)Math.Max(offset, -(int)exponent)));
            }
        }
    }

    [Fact]
    public void Every_seventh_hundredth_float_below_one_reads_back_to_the_same_bits()
    {
        // 2^-18 to 1: the fast path, and what lies just below it. The step shares no factor with the powers of two.
        var first = BitConverter.SingleToUInt32Bits(MathF.ScaleB(1, -18));
        var last = BitConverter.SingleToUInt32Bits(1f);
        for (var bits = first; bits <= last; bits += 101)
            AssertRoundTrip(bits);
    }

    [Fact]
    public void Two_million_random_bit_patterns_read_back_to_the_same_bits()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2_000_000; i++)
        {
            var bits = (uint)random.NextInt64(1L << 32);
            if (float.IsFinite(BitConverter.UInt32BitsToSingle(bits)))
                AssertRoundTrip(bits);
        }
    }

    [Fact]
    public void The_fast_path_writes_plain_decimals_of_at_most_nine_digits_without_trailing_zeros()
    {
        var random = new Random(1);
        for (var i = 0; i < 100_000; i++)
        {
            var value = (float)(random.NextDouble() * 0.999);
            if (value < 2e-5f)
                continue;
            var text = Format(value);
            Assert.StartsWith("0.", text, StringComparison.Ordinal);
            Assert.NotEqual('0', text[^1]);
            Assert.InRange(text[2..].TrimStart('0').Length, 1, 9);
        }
    }

    [Fact]
    public void A_list_is_its_values_one_after_another_and_fits_the_stated_room()
    {
        var random = new Random(3);
        for (var length = 1; length < 300; length++)
        {
            float[] values = [.. Enumerable.Range(0, length).Select(_ => random.Next(4) switch
            {
                0 => BitConverter.Int32BitsToSingle(random.Next(0x7F800000) | (random.Next(2) << 31)),
                1 => -1.17549435E-38f,
                _ => random.NextSingle() - 0.5f,
            })];
            var room = new byte[VectorText.MaxBytes(length, VectorTextKind.Numbers)];
            var written = VectorText.Write(values, VectorTextKind.Numbers, room);

            Assert.Equal($"[{string.Join(',', values.Select(Format))}]", System.Text.Encoding.UTF8.GetString(room, 0, written));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => FloatFormat.WriteList([0.5f, 0.25f], new byte[(2 * (FloatFormat.MaxBytes + 1)) - 1]));
    }

    [Fact]
    public void A_destination_of_the_stated_size_is_enough_for_any_value()
    {
        Span<byte> room = stackalloc byte[FloatFormat.MaxBytes];
        foreach (var value in new[] { -1.17549435E-38f, -3.4028235E+38f, -1.4E-45f, -0.000015258791f, -0.99999994f })
            Assert.InRange(FloatFormat.Write(value, room), 1, FloatFormat.MaxBytes);
    }

    private static string Format(float value)
    {
        Span<byte> room = stackalloc byte[FloatFormat.MaxBytes];
        return System.Text.Encoding.ASCII.GetString(room[..FloatFormat.Write(value, room)]);
    }

    private static void AssertRoundTrip(uint bits)
    {
        Span<byte> room = stackalloc byte[FloatFormat.MaxBytes];
        var length = FloatFormat.Write(BitConverter.UInt32BitsToSingle(bits), room);
        var back = float.Parse(room[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
        if (BitConverter.SingleToUInt32Bits(back) != bits)
            Assert.Fail($"{BitConverter.UInt32BitsToSingle(bits):R} (0x{bits:X8}) became {System.Text.Encoding.ASCII.GetString(room[..length])}");
    }
}
