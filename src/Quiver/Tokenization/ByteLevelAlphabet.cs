namespace Quiver.Tokenization;

/// <summary>
/// GPT-2's spelling of bytes: a printable Latin-1 byte is its own character, the other 68 are U+0100 and up, in order
/// (openai/gpt-2, encoder.py, bytes_to_unicode).
/// </summary>
internal static class ByteLevelAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly short[] Bytes = Invert();

    /// <summary>The character of a space: Ġ.</summary>
    public const char Space = 'Ġ';

    public static void Append(AlignedText source, int start, int end, AlignedText target)
    {
        var bytes = source.Bytes;
        for (var i = start; i < end; i++)
            target.Append(Characters[bytes[i]], source.AlignmentAt(i));
    }

    /// <summary>The byte a character spells, or −1.</summary>
    public static int ByteOf(char character) => character < Bytes.Length ? Bytes[character] : -1;

    private static char[] Build()
    {
        var characters = new char[256];
        var next = (char)0x100;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF ? (char)b : next++;
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[0x100 + 68];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++)
            bytes[Characters[b]] = (short)b;
        return bytes;
    }
}
