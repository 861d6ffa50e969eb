namespace Quiver.Tokenization.Patterns;

/// <summary>Runs of characters of one class: <c>\s+</c>, <c>\p{N}</c>, <c> {2,}</c>, <c>[^\w\s]+</c>.</summary>
/// <param name="minimum">The shortest run that matches.</param>
/// <param name="maximum">The longest part of a run taken as one match.</param>
internal sealed class ClassPattern(Func<int, bool> contains, int minimum = 1, int maximum = int.MaxValue) : TextPattern
{
    public override int ShortestMatch => minimum;

    protected override int MatchAt(ReadOnlySpan<byte> text, int start)
    {
        var end = start;
        var count = 0;
        while (end < text.Length && count < maximum)
        {
            var next = end;
            if (!contains(Unicode.Utf8.Next(text, ref next)))
                break;
            end = next;
            count++;
        }

        return count >= minimum ? end : start;
    }
}
