using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.PreTokenizers;

/// <summary>What becomes of a delimiter. "a--b" on "-": a|b, a|-|-|b, a-|-|b, a|-|-b, a|--|b.</summary>
internal enum DelimiterBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }

/// <summary>Cuts at the matches of a pattern.</summary>
/// <param name="invert">Whether what does not match is the delimiter.</param>
internal sealed class SplitPreTokenizer(TextPattern pattern, DelimiterBehavior behavior, bool invert = false) : PreTokenizer
{
    public override void Apply(PreTokenizedText text) =>
        text.Split(this, static (self, whole, piece, into) => self.Split(whole, piece, into));

    private void Split(AlignedText text, Piece piece, List<Piece> into)
    {
        var cutter = new DelimiterCutter(behavior, into);
        var bytes = text.Bytes[..piece.End];
        var position = piece.Start;
        while (position < piece.End)
        {
            if (!pattern.Find(bytes, position, out var start, out var end))
            {
                cutter.Add(position, piece.End, isDelimiter: invert);
                break;
            }

            cutter.Add(position, start, isDelimiter: invert);
            cutter.Add(start, end, isDelimiter: !invert);
            position = end;
        }
    }
}
