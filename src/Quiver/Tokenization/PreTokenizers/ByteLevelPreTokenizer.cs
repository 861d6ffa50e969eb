using Quiver.Tokenization.Patterns;

namespace Quiver.Tokenization.PreTokenizers;

/// <summary>GPT-2's way: cut into words by its pattern, then spell each byte as a printable character.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private static readonly SplitPreTokenizer Words = new(new Gpt2Pattern(), DelimiterBehavior.Isolated);

    public override double Growth => addPrefixSpace ? 4 : 2;

    public override void Apply(PreTokenizedText text)
    {
        if (addPrefixSpace)
            text.Rewrite(this, static (_, source, piece, target) => AddPrefixSpace(source, piece, target));
        if (useRegex)
            Words.Apply(text);
        text.Rewrite(this, static (_, source, piece, target) => ByteLevelAlphabet.Append(source, piece.Start, piece.End, target));
    }

    private static void AddPrefixSpace(AlignedText source, Piece piece, AlignedText target)
    {
        if (source.Bytes[piece.Start] != ' ')
            target.Append(' ', source.AlignmentAt(piece.Start));
        target.Append(source, piece.Start, piece.End);
    }
}
