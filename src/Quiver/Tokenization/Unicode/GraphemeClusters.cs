namespace Quiver.Tokenization.Unicode;

/// <summary>
/// Extended grapheme clusters (UAX 29). Rule GB9c, which joins Indic consonants, is left out: the one user asks only about clusters of
/// fewer than six bytes, and every cluster that the rule makes is longer.
/// </summary>
internal static class GraphemeClusters
{
    /// <summary>The end of the cluster that starts at <paramref name="start"/>.</summary>
    public static int End(ReadOnlySpan<byte> text, int start)
    {
        var end = start;
        var previous = UnicodeTables.Break(Utf8.Next(text, ref end));
        var regionalIndicators = previous == GraphemeBreak.RegionalIndicator ? 1 : 0;
        var pictograph = previous == GraphemeBreak.ExtendedPictographic;
        while (end < text.Length)
        {
            var next = end;
            var current = UnicodeTables.Break(Utf8.Next(text, ref next));
            var pairs = current == GraphemeBreak.RegionalIndicator && regionalIndicators % 2 == 1;
            var joins = pictograph && previous == GraphemeBreak.ZeroWidthJoiner && current == GraphemeBreak.ExtendedPictographic;
            if (!pairs && !joins && Breaks(previous, current))
                break;

            regionalIndicators = current == GraphemeBreak.RegionalIndicator ? regionalIndicators + 1 : 0;
            pictograph = current == GraphemeBreak.ExtendedPictographic
                || pictograph && current is GraphemeBreak.Extend or GraphemeBreak.ZeroWidthJoiner;
            previous = current;
            end = next;
        }

        return end;
    }

    private static bool Breaks(GraphemeBreak previous, GraphemeBreak current)
    {
        if (previous == GraphemeBreak.CarriageReturn && current == GraphemeBreak.LineFeed)
            return false;
        if (IsControl(previous) || IsControl(current))
            return true;
        return previous switch
        {
            _ when current is GraphemeBreak.Extend or GraphemeBreak.ZeroWidthJoiner or GraphemeBreak.SpacingMark => false,
            GraphemeBreak.Prepend => false,
            GraphemeBreak.HangulL => current is not (GraphemeBreak.HangulL or GraphemeBreak.HangulV
                or GraphemeBreak.HangulLV or GraphemeBreak.HangulLVT),
            GraphemeBreak.HangulLV or GraphemeBreak.HangulV => current is not (GraphemeBreak.HangulV or GraphemeBreak.HangulT),
            GraphemeBreak.HangulLVT or GraphemeBreak.HangulT => current != GraphemeBreak.HangulT,
            _ => true,
        };
    }

    private static bool IsControl(GraphemeBreak value) =>
        value is GraphemeBreak.Control or GraphemeBreak.CarriageReturn or GraphemeBreak.LineFeed;
}
