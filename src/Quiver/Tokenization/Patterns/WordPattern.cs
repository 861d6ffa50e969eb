using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary><c>\w+|[^\w\s]+</c>: the Whitespace pre-tokenizer.</summary>
internal sealed class WordPattern : TextPattern
{
    private enum Kind { Space, Word, Other }

    protected override int MatchAt(ReadOnlySpan<byte> text, int start)
    {
        var end = start;
        var first = KindOf(Utf8.Next(text, ref end));
        if (first == Kind.Space)
            return start;
        while (end < text.Length)
        {
            var next = end;
            if (KindOf(Utf8.Next(text, ref next)) != first)
                break;
            end = next;
        }

        return end;
    }

    private static Kind KindOf(int codePoint) =>
        UnicodeTables.Is(codePoint, CharacterClass.Word) ? Kind.Word : UnicodeTables.IsWhiteSpace(codePoint) ? Kind.Space : Kind.Other;
}
