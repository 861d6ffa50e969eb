using System.Globalization;

namespace Quiver.Tokenization.Subwords;

/// <summary>The tokens "&lt;0x00&gt;" to "&lt;0xFF&gt;" that spell a character no other token covers, byte by byte.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    public ByteTokens(Vocabulary vocabulary)
    {
        for (var b = 0; b < 256; b++)
            _ids[b] = vocabulary.Find(string.Create(CultureInfo.InvariantCulture, $"<0x{b:X2}>"));
    }

    /// <summary>Whether each of the bytes has a token.</summary>
    public bool Cover(ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (_ids[b] < 0)
                return false;
        }

        return true;
    }

    public int IdOf(byte value) => _ids[value];
}
