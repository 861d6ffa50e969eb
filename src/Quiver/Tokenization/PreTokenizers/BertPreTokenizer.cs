using Quiver.Tokenization.Patterns;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.PreTokenizers;

/// <summary>White space goes, every punctuation character stands alone (google-research/bert, tokenization.py, BasicTokenizer).</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    public static bool IsPunctuation(int codePoint) =>
        codePoint < 0x80 ? KnownPatterns.IsAsciiPunctuation(codePoint) : UnicodeTables.Is(codePoint, CharacterClass.Punctuation);

    public override void Apply(PreTokenizedText text) => text.Split(this, static (_, whole, piece, into) => Split(whole, piece, into));

    private static void Split(AlignedText text, Piece piece, List<Piece> into)
    {
        var bytes = text.Bytes;
        var word = piece.Start;
        for (var i = piece.Start; i < piece.End;)
        {
            var start = i;
            var codePoint = Utf8.Next(bytes, ref i);
            var isSpace = UnicodeTables.IsWhiteSpace(codePoint);
            if (!isSpace && !IsPunctuation(codePoint))
                continue;
            into.Add(new Piece(word, start));
            if (!isSpace)
                into.Add(new Piece(start, i));
            word = i;
        }

        into.Add(new Piece(word, piece.End));
    }
}
