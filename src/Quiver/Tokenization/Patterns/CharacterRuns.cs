using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary>The runs that the published byte-level patterns are made of.</summary>
internal static class CharacterRuns
{
    public const CharacterClass LetterOrNumber = CharacterClass.Letter | CharacterClass.Number;

    /// <summary>The classes of ASCII, where most text is: one load instead of a table walk.</summary>
    private static readonly CharacterClass[] Ascii = [.. Enumerable.Range(0, 128).Select(Slow)];

    private const CharacterClass Known = LetterOrNumber | CharacterClass.WhiteSpace;

    /// <summary>The class of the code point at <paramref name="index"/> (letter, number or white space; none for all else), moving past it.</summary>
    public static CharacterClass Next(ReadOnlySpan<byte> text, ref int index)
    {
        var first = text[index];
        if (first >= 0x80)
            return Slow(Utf8.Next(text, ref index));
        index++;
        return Ascii[first];
    }

    /// <summary>The end of the run of at most <paramref name="maximum"/> characters of any of the classes; None stands for none of the three.</summary>
    public static int Run(ReadOnlySpan<byte> text, int start, CharacterClass any, int maximum = int.MaxValue)
    {
        for (var count = 0; start < text.Length && count < maximum; count++)
        {
            var next = start;
            var found = Next(text, ref next);
            if (any == CharacterClass.None ? found != CharacterClass.None : (found & any) == 0)
                break;
            start = next;
        }

        return start;
    }

    /// <summary><c>\s+(?!\S)|\s+</c>: white space up to the one character that goes to the following word; all of it at the end.</summary>
    public static int SpacesBeforeWord(ReadOnlySpan<byte> text, int start)
    {
        var end = Run(text, start, CharacterClass.WhiteSpace);
        if (end == start || end == text.Length)
            return end;
        var last = end;
        Utf8.Previous(text, ref last);
        return last > start ? last : end;
    }

    /// <summary><c>'s|'t|'re|'ve|'m|'ll|'d</c>.</summary>
    /// <param name="ignoreCase">With Unicode's folding, by which ſ (U+017F) is an s.</param>
    public static int Contraction(ReadOnlySpan<byte> text, int start, bool ignoreCase)
    {
        if (text[start] != '\'' || start + 1 == text.Length)
            return start;
        var first = Letter(text, start + 1, ignoreCase);
        if (first is 's' or 't' or 'm' or 'd')
            return start + 2;
        if (ignoreCase && start + 2 < text.Length && text[start + 1] == 0xC5 && text[start + 2] == 0xBF)
            return start + 3;
        if (start + 2 == text.Length)
            return start;
        var second = Letter(text, start + 2, ignoreCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? start + 3 : start;
    }

    private static char Letter(ReadOnlySpan<byte> text, int at, bool ignoreCase) =>
        (char)(ignoreCase && text[at] is >= (byte)'A' and <= (byte)'Z' ? text[at] | 0x20 : text[at]);

    private static CharacterClass Slow(int codePoint)
    {
        foreach (var candidate in (ReadOnlySpan<CharacterClass>)[CharacterClass.Letter, CharacterClass.Number, CharacterClass.WhiteSpace])
        {
            if (UnicodeTables.Is(codePoint, candidate & Known))
                return candidate;
        }

        return CharacterClass.None;
    }
}
