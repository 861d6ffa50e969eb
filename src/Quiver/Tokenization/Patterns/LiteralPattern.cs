namespace Quiver.Tokenization.Patterns;

/// <summary>A fixed text.</summary>
internal sealed class LiteralPattern(byte[] literal) : TextPattern
{
    public override int ShortestMatch => literal.Length;

    public override bool Find(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        var at = text[from..].IndexOf(literal);
        start = at < 0 ? text.Length : from + at;
        end = at < 0 ? text.Length : start + literal.Length;
        return at >= 0;
    }

    protected override int MatchAt(ReadOnlySpan<byte> text, int start) =>
        text[start..].StartsWith(literal) ? start + literal.Length : start;
}
