using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.PostProcessing;

/// <summary>Moves the ends of a token's offsets inwards past the white space it stands for, as byte-level models ask for.</summary>
/// <param name="keepsPrefixSpace">Whether one space at the head of the first token was added, so that nothing of it is there to trim.</param>
internal sealed class OffsetTrimmer(bool keepsPrefixSpace)
{
    /// <param name="isFirst">Whether nothing of its text stands before the token; what truncation cut off does not count.</param>
    public TokenOffset Trim(TokenOffset offset, string token, bool isFirst)
    {
        var leading = CountSpaces(token.EnumerateRunes().AsEnumerable());
        var trailing = CountSpaces(token.EnumerateRunes().AsEnumerable().Reverse());
        var (start, end) = (offset.Start, offset.End);
        if (leading == 1 && keepsPrefixSpace && (isFirst || start == 0))
            leading = 0;
        if (leading > 0)
            start = Math.Min(start + leading, end);
        if (trailing > 0 && end >= trailing)
            end = Math.Max(end - trailing, start);
        return new TokenOffset(start, end);
    }

    private static int CountSpaces(IEnumerable<System.Text.Rune> characters) =>
        characters.TakeWhile(rune => rune.Value == ByteLevelAlphabet.Space || UnicodeTables.IsWhiteSpace(rune.Value)).Count();
}
