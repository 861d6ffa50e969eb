using System.Runtime.InteropServices;
using Quiver.Models;

namespace Quiver.Tests.Models;

public sealed class WideningTests
{
    private static readonly ushort[] AllHalves = [.. Enumerable.Range(0, 65_536).Select(bits => (ushort)bits)];

    [Fact]
    public void Every_float16_widens_to_the_bits_of_the_same_number()
    {
        var wide = new float[AllHalves.Length];
        Widening.FromF16(MemoryMarshal.AsBytes<ushort>(AllHalves), wide);

        foreach (var bits in AllHalves)
        {
            var half = BitConverter.UInt16BitsToHalf(bits);
            if (Half.IsNaN(half))
                Assert.Equal(((bits & 0x8000u) << 16) | 0x7F80_0000u | ((bits & 0x3FFu) << 13), BitConverter.SingleToUInt32Bits(wide[bits]));
            else
                Assert.Equal(BitConverter.SingleToUInt32Bits((float)half), BitConverter.SingleToUInt32Bits(wide[bits]));
        }
    }

    [Fact]
    public void Every_bfloat16_widens_to_its_bits_and_sixteen_zeros()
    {
        var wide = new float[AllHalves.Length];
        Widening.FromBF16(MemoryMarshal.AsBytes<ushort>(AllHalves), wide);

        foreach (var bits in AllHalves)
            Assert.Equal((uint)bits << 16, BitConverter.SingleToUInt32Bits(wide[bits]));
    }

    [Fact]
    public void Length_and_alignment_change_nothing()
    {
        var bytes = new byte[2 * 64 + 1];
        new Random(5).NextBytes(bytes);
        for (var start = 0; start < 2; start++)
        {
            for (var count = 0; count <= 64; count++)
            {
                var wide = new float[count];
                Widening.FromF16(bytes.AsSpan(start, 2 * count), wide);
                for (var i = 0; i < count; i++)
                {
                    var alone = new float[1];
                    Widening.FromF16(bytes.AsSpan(start + 2 * i, 2), alone);
                    Assert.Equal(BitConverter.SingleToUInt32Bits(alone[0]), BitConverter.SingleToUInt32Bits(wide[i]));
                }
            }
        }
    }

    [Fact]
    public void A_source_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Widening.FromF16(new byte[3], new float[1]));
        Assert.Throws<ArgumentException>(() => Widening.FromBF16(new byte[2], new float[2]));
    }
}
