using System.Runtime.CompilerServices;

namespace Quiver.Tokenization.Unicode;

/// <summary>Code points in UTF-8 that is known to be valid: the pipeline makes its own bytes and never splits a character.</summary>
internal static class Utf8
{
    /// <summary>Decodes the code point at <paramref name="index"/> and moves past it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Next(ReadOnlySpan<byte> text, ref int index)
    {
        int first = text[index];
        if (first < 0x80)
        {
            index++;
            return first;
        }

        return NextMultibyte(text, ref index, first);
    }

    /// <summary>Decodes the code point that ends at <paramref name="index"/> and moves before it.</summary>
    public static int Previous(ReadOnlySpan<byte> text, ref int index)
    {
        index--;
        while ((text[index] & 0xC0) == 0x80)
            index--;
        var at = index;
        return Next(text, ref at);
    }

    /// <summary>Bytes of the character that starts with this byte.</summary>
    public static int LengthFromFirst(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    public static int CountCodePoints(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }

    /// <summary>Writes a code point (never a surrogate) into 1 to 4 bytes.</summary>
    public static int Write(int codePoint, Span<byte> target)
    {
        if (codePoint < 0x80)
        {
            target[0] = (byte)codePoint;
            return 1;
        }

        if (codePoint < 0x800)
        {
            target[1] = (byte)(0x80 | codePoint & 0x3F);
            target[0] = (byte)(0xC0 | codePoint >> 6);
            return 2;
        }

        if (codePoint < 0x10000)
        {
            target[2] = (byte)(0x80 | codePoint & 0x3F);
            target[1] = (byte)(0x80 | codePoint >> 6 & 0x3F);
            target[0] = (byte)(0xE0 | codePoint >> 12);
            return 3;
        }

        target[3] = (byte)(0x80 | codePoint & 0x3F);
        target[2] = (byte)(0x80 | codePoint >> 6 & 0x3F);
        target[1] = (byte)(0x80 | codePoint >> 12 & 0x3F);
        target[0] = (byte)(0xF0 | codePoint >> 18);
        return 4;
    }

    private static int NextMultibyte(ReadOnlySpan<byte> text, ref int index, int first)
    {
        if (first < 0xE0)
        {
            var two = (first & 0x1F) << 6 | text[index + 1] & 0x3F;
            index += 2;
            return two;
        }

        if (first < 0xF0)
        {
            var three = (first & 0x0F) << 12 | (text[index + 1] & 0x3F) << 6 | text[index + 2] & 0x3F;
            index += 3;
            return three;
        }

        var four = (first & 0x07) << 18 | (text[index + 1] & 0x3F) << 12 | (text[index + 2] & 0x3F) << 6 | text[index + 3] & 0x3F;
        index += 4;
        return four;
    }
}
