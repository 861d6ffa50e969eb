using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary>
/// <c>(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>:
/// cl100k and Llama 3 with n = 3, Qwen 2 with n = 1.
/// </summary>
internal sealed class Cl100kPattern(int digits) : TextPattern
{
    protected override int MatchAt(ReadOnlySpan<byte> text, int start)
    {
        var end = CharacterRuns.Contraction(text, start, ignoreCase: true);
        if (end > start)
            return end;

        var second = start;
        var first = CharacterRuns.Next(text, ref second);
        if (first == CharacterClass.Letter)
            return CharacterRuns.Run(text, second, CharacterClass.Letter);
        if (first == CharacterClass.Number)
            return CharacterRuns.Run(text, start, CharacterClass.Number, digits);

        if (text[start] is not ((byte)'\r' or (byte)'\n'))
        {
            end = CharacterRuns.Run(text, second, CharacterClass.Letter);
            if (end > second)
                return end;
        }

        return MatchOther(text, start, first, second);
    }

    private static int MatchOther(ReadOnlySpan<byte> text, int start, CharacterClass first, int second)
    {
        var symbols = text[start] == ' ' ? second : start;
        var end = CharacterRuns.Run(text, symbols, CharacterClass.None);
        if (end > symbols)
            return SkipLineEnds(text, end);
        return first == CharacterClass.WhiteSpace ? MatchSpaces(text, start) : start;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: a run of white space ends behind its last line end, if it has one.</summary>
    public static int MatchSpaces(ReadOnlySpan<byte> text, int start)
    {
        var end = CharacterRuns.Run(text, start, CharacterClass.WhiteSpace);
        var lineEnd = text[start..end].LastIndexOfAny((byte)'\r', (byte)'\n');
        return lineEnd >= 0 ? start + lineEnd + 1 : CharacterRuns.SpacesBeforeWord(text, start);
    }

    private static int SkipLineEnds(ReadOnlySpan<byte> text, int end)
    {
        while (end < text.Length && text[end] is (byte)'\r' or (byte)'\n')
            end++;
        return end;
    }
}
