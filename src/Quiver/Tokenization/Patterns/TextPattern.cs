namespace Quiver.Tokenization.Patterns;

/// <summary>Finds pieces in UTF-8 text. Immutable and thread-safe; a whole text is scanned in linear time.</summary>
internal abstract class TextPattern
{
    /// <summary>The fewest bytes that a match can have.</summary>
    public virtual int ShortestMatch => 1;

    /// <summary>The next match that starts at or behind <paramref name="from"/>. A match is never empty.</summary>
    public virtual bool Find(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        for (start = from; start < text.Length; start += Unicode.Utf8.LengthFromFirst(text[start]))
        {
            end = MatchAt(text, start);
            if (end > start)
                return true;
        }

        end = start;
        return false;
    }

    /// <summary>Where the match that starts exactly here ends, or <paramref name="start"/> if there is none.</summary>
    protected abstract int MatchAt(ReadOnlySpan<byte> text, int start);
}
