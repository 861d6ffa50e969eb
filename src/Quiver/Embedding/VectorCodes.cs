namespace Quiver.Embedding;

/// <summary>Small integers in place of a unit vector's elements (docs/decisions/0053-int8-codes.md).</summary>
internal static class VectorCodes
{
    /// <summary>How many standard deviations of a random unit vector's element a code covers, for models that came without a limit.</summary>
    private const double DefaultDeviations = 4;

    private const int LargestCode = 127;

    /// <summary>Bytes of a vector of so many elements.</summary>
    public static int LengthOf(int elements, ElementType type) => type is ElementType.Binary or ElementType.UBinary ? (elements + 7) / 8 : elements;

    /// <summary>The codes, one byte each; those of signed types in two's complement.</summary>
    /// <param name="unitVector">Cut to the dimensions asked for and scaled to unit length after that.</param>
    /// <param name="width">Elements before the cut.</param>
    /// <param name="limit">Of an element of the whole unit vector; null for the rule.</param>
    public static byte[] Of(ReadOnlySpan<float> unitVector, ElementType type, int width, float? limit)
    {
        var codes = new byte[LengthOf(unitVector.Length, type)];
        switch (type)
        {
            case ElementType.Int8: Quantize(unitVector, codes, offset: 0, width, limit); break;
            case ElementType.UInt8: Quantize(unitVector, codes, offset: 128, width, limit); break;
            case ElementType.Binary: PackSigns(unitVector, codes, offset: 128); break;
            case ElementType.UBinary: PackSigns(unitVector, codes, offset: 0); break;
            default: throw new ArgumentOutOfRangeException(nameof(type));
        }

        return codes;
    }

    /// <remarks>A cut vector was scaled up, by √(width ÷ elements) on the average, and the limit with it.</remarks>
    private static void Quantize(ReadOnlySpan<float> vector, Span<byte> codes, int offset, int width, float? limit)
    {
        var whole = limit ?? Math.Min(1, DefaultDeviations / Math.Sqrt(width));
        var scale = LargestCode / (whole * Math.Sqrt((double)width / vector.Length));
        for (var i = 0; i < vector.Length; i++)
        {
            var code = Math.Clamp(Math.Round(vector[i] * scale), -LargestCode, LargestCode);
            codes[i] = unchecked((byte)((int)code + offset));
        }
    }

    private static void PackSigns(ReadOnlySpan<float> vector, Span<byte> codes, int offset)
    {
        for (var i = 0; i < vector.Length; i++)
        {
            if (vector[i] > 0)
                codes[i / 8] |= (byte)(0x80 >> (i % 8));
        }

        for (var i = 0; i < codes.Length; i++)
            codes[i] = unchecked((byte)(codes[i] - offset));
    }
}
