using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Patterns;

/// <summary><c>'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+</c> (openai/CLIP, simple_tokenizer.py).</summary>
internal sealed class ClipPattern : TextPattern
{
    protected override int MatchAt(ReadOnlySpan<byte> text, int start)
    {
        var end = CharacterRuns.Contraction(text, start, ignoreCase: false);
        if (end > start)
            return end;

        end = start;
        return CharacterRuns.Next(text, ref end) switch
        {
            CharacterClass.WhiteSpace => start,
            CharacterClass.Number => end,
            var kind => CharacterRuns.Run(text, end, kind),
        };
    }
}
