namespace Quiver.Server.Dialects.Tei;

/// <summary>
/// From places in UTF-16 to places in UTF-8, found by going on or back from the last one: tokens mostly follow each other, and where several
/// share a character, the way back is that one character.
/// </summary>
internal ref struct Utf8Places(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _units;
    private int _bytes;

    /// <summary>A model that lower-cases may have more characters than the text: those behind its end are at its end.</summary>
    public int At(int units)
    {
        units = Math.Min(units, _text.Length);
        // Halves of a pair have no bytes of their own.
        if (units > 0 && units < _text.Length && char.IsSurrogatePair(_text[units - 1], _text[units]))
            units--;
        _bytes += units < _units ? -ByteCount(_text[units.._units]) : ByteCount(_text[_units..units]);
        _units = units;
        return _bytes;
    }

    private static int ByteCount(ReadOnlySpan<char> text) => System.Text.Encoding.UTF8.GetByteCount(text);
}
