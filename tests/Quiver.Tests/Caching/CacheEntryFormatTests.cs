using System.Buffers.Binary;
using Quiver.Caching;

namespace Quiver.Tests.Caching;

public sealed class CacheEntryFormatTests
{
    private static readonly byte[] Identity = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private static readonly CacheLine Line = new("tenant", "model", Identity, 5);

    private static readonly LineKey Key = new(Line, CacheKey.OfText("tenant", Identity, "text"));

    private static readonly float[] Vector = [0.1f, -0f, 1e-30f, float.MaxValue, -3];

    [Fact]
    public void What_was_written_is_read_bit_for_bit()
    {
        Assert.True(CacheEntryFormat.TryRead(Key, Written(), out var read));
        Assert.Equal(Vector.Select(BitConverter.SingleToInt32Bits), read.BaseVector.ToArray().Select(BitConverter.SingleToInt32Bits));
        Assert.Equal((7, 9, 1234567890123), (read.Tokens, read.FullTokens, read.CreatedAt));
        Assert.Equal((Key.Key, Key.Line), (read.Key, read.Line));
    }

    /// <summary>What stands in somebody's Redis. If this fails, raise the version: old values must be misses, not vectors.</summary>
    [Fact]
    public void The_bytes_are_those_of_version_1()
    {
        Assert.Equal(
            "01010000050000000700000009000000CB04FB711F0100000000000000000000"
            + "0AE22DC8CE9AA8F775BC939746E53668"
            + "CDCCCC3D000000806042A20DFFFF7F7F000040C0",
            Convert.ToHexString(Written()));
    }

    [Fact]
    public void Any_flipped_bit_and_any_other_length_is_no_entry()
    {
        var bytes = Written();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(CacheEntryFormat.TryRead(Key, flipped, out _), $"bit {bit}");
        }

        for (var length = 0; length < bytes.Length; length++)
            Assert.False(CacheEntryFormat.TryRead(Key, bytes.AsSpan(0, length), out _), $"{length} bytes");
        Assert.False(CacheEntryFormat.TryRead(Key, [.. bytes, 0], out _));
    }

    [Fact]
    public void A_whole_value_under_another_key_or_of_another_identity_or_width_is_no_entry()
    {
        byte[] otherIdentity = [.. Identity.Reverse()];
        Assert.False(CacheEntryFormat.TryRead(new LineKey(Line, CacheKey.OfText("tenant", Identity, "other")), Written(), out _));
        Assert.False(CacheEntryFormat.TryRead(new LineKey(new CacheLine("tenant", "model", otherIdentity, 5), Key.Key), Written(), out _));
        Assert.False(CacheEntryFormat.TryRead(new LineKey(new CacheLine("tenant", "model", Identity, 4), Key.Key), Written(), out _));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void What_is_not_finite_is_no_entry_even_if_its_checksum_is_right(float element)
    {
        var bytes = CacheEntryFormat.Write(new CacheEntry(Key, [1, 2, element, 4, 5], 7, 9), StoredElement.Float32);
        Assert.False(CacheEntryFormat.TryRead(Key, bytes, out _));
    }

    [Fact]
    public void A_rounded_vector_comes_back_from_float16_as_it_was_in_half_the_room()
    {
        float[] vector = [0.1f, -1.23456789f, 70000, -1e-8f, 0];
        HalfPrecision.Round(vector);
        var bytes = CacheEntryFormat.Write(new CacheEntry(Key, vector, 7, 9), StoredElement.Float16);

        Assert.Equal(CacheEntryFormat.HeadBytes + 10, bytes.Length);
        Assert.True(CacheEntryFormat.TryRead(Key, bytes, out var read));
        Assert.Equal(vector, read.BaseVector);
        Assert.Equal(65504, vector[2]);
    }

    [Fact]
    public void The_time_is_read_from_the_head_alone()
    {
        Assert.Equal(1234567890123, CacheEntryFormat.CreatedAt(Written().AsSpan(0, CacheEntryFormat.HeadBytes)));
        Assert.Equal(long.MinValue, CacheEntryFormat.CreatedAt("something else"u8));
        Assert.Equal(1234567890123, BinaryPrimitives.ReadInt64LittleEndian(Written().AsSpan(16)));
    }

    private static byte[] Written() => CacheEntryFormat.Write(new CacheEntry(Key, Vector, 7, 9) { CreatedAt = 1234567890123 }, StoredElement.Float32);
}
