using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.PreTokenizers;

internal enum PrependScheme { Always, First, Never }

/// <summary>SentencePiece's way: spaces become a visible character (▁), which also stands before the first word.</summary>
/// <param name="split">Whether to cut before each of them.</param>
internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    private readonly byte[] _replacement = System.Text.Encoding.UTF8.GetBytes(replacement);

    private readonly SplitPreTokenizer? _splitter = split
        ? new SplitPreTokenizer(new LiteralPattern(System.Text.Encoding.UTF8.GetBytes(replacement)), DelimiterBehavior.MergedWithNext)
        : null;

    public override double Growth => 2 * _replacement.Length;

    public override bool NeedsAlignments => scheme == PrependScheme.First;

    public override void Apply(PreTokenizedText text)
    {
        text.Rewrite(this, static (self, source, piece, target) => self.Replace(source, piece, target));
        _splitter?.Apply(text);
    }

    private void Replace(AlignedText source, Piece piece, AlignedText target)
    {
        var bytes = source.Bytes;
        var prepends = scheme switch
        {
            PrependScheme.Always => true,
            PrependScheme.First => source.AlignmentAt(piece.Start).Start == 0,
            _ => false,
        };
        if (prepends && bytes[piece.Start] != ' ' && !bytes[piece.Start..piece.End].StartsWith(_replacement))
            target.Append(_replacement, source.AlignmentAt(piece.Start));

        var copied = piece.Start;
        while (bytes[copied..piece.End].IndexOf((byte)' ') is >= 0 and var space)
        {
            target.Append(source, copied, copied + space);
            target.Append(_replacement, source.AlignmentAt(copied + space));
            copied += space + 1;
        }

        target.Append(source, copied, piece.End);
    }
}
