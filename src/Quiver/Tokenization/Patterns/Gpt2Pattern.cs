using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary><c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c> (openai/gpt-2, encoder.py).</summary>
internal sealed class Gpt2Pattern : TextPattern
{
    protected override int MatchAt(ReadOnlySpan<byte> text, int start)
    {
        var end = CharacterRuns.Contraction(text, start, ignoreCase: false);
        if (end > start)
            return end;

        var word = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        end = word;
        var kind = CharacterRuns.Next(text, ref end);
        return kind == CharacterClass.WhiteSpace
            ? CharacterRuns.SpacesBeforeWord(text, start)
            : CharacterRuns.Run(text, end, kind);
    }
}
