using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization;

/// <summary>
/// Rewrites a text one character at a time and carries the alignment along, in the reference's own terms: each character written says
/// how the source moves on.
/// </summary>
internal ref struct TextRewriter(AlignedText source, AlignedText target)
{
    private readonly ReadOnlySpan<byte> _bytes = source.Bytes;
    private int _consumed;

    /// <summary>Drops characters at the head of the source.</summary>
    public void Skip(int characters)
    {
        while (characters-- > 0 && _consumed < _bytes.Length)
            _consumed += Utf8.LengthFromFirst(_bytes[_consumed]);
    }

    /// <summary>Copies a part of the source as it is and goes on behind it.</summary>
    public void Copy(int start, int end)
    {
        target.Append(source, start, end);
        _consumed = end;
    }

    /// <summary>
    /// Writes a character. <paramref name="change"/> is 0 where it replaces the next of the source, 1 (or more) where it is inserted behind
    /// what was consumed last, −n where it replaces the next and n more are dropped.
    /// </summary>
    public void Write(int codePoint, int change)
    {
        if (!target.Tracks)
        {
            target.Append(codePoint, default);
            return;
        }

        if (change > 0)
        {
            var start = source.Length == 0 ? 0 : source.AlignmentAt(0).Start;
            target.Append(codePoint, _consumed == 0 ? new Alignment(start, start) : source.AlignmentAt(_consumed - 1));
            return;
        }

        target.Append(codePoint, source.AlignmentAt(Math.Min(_consumed, _bytes.Length - 1)));
        Skip(1 - change);
    }
}
