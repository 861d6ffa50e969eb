using System.Buffers;
using Quiver.Tokenization.Subwords;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization;

/// <summary>Cuts added tokens out of a text: at each place the longest, from left to right, without overlap.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly ByteTrie _trie;
    private readonly SearchValues<byte> _firstBytes;

    /// <param name="tokens">In order of preference among equal patterns.</param>
    /// <param name="patterns">What to look for in place of each token's content.</param>
    public AddedTokenMatcher(IReadOnlyList<AddedToken> tokens, IReadOnlyList<byte[]> patterns)
    {
        _tokens = [.. tokens];
        var entries = new Dictionary<string, (byte[], int)>(StringComparer.Ordinal);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (patterns[i].Length > 0)
                entries.TryAdd(Convert.ToHexString(patterns[i]), (patterns[i], i));
        }

        _trie = ByteTrie.Build(entries.Values);
        _firstBytes = SearchValues.Create([.. entries.Values.Select(entry => entry.Item1[0]).Distinct()]);
        IsEmpty = entries.Count == 0;
    }

    public bool IsEmpty { get; }

    /// <summary>Whether any token's content occurs, whatever its options.</summary>
    public bool Occurs(ReadOnlySpan<byte> text) => !IsEmpty && Find(text, 0, out _, out _, out _);

    public void Cut(AlignedText text, Piece piece, List<Piece> into)
    {
        var bytes = text.Bytes[..piece.End];
        var copied = piece.Start;
        var position = piece.Start;
        var spacesEnd = 0;
        while (!IsEmpty && Find(bytes, position, out var start, out var end, out var token))
        {
            position = end;
            if (token.SingleWord && TouchesWord(bytes[piece.Start..], start - piece.Start, end - piece.Start))
                continue;
            if (token.StripLeft)
                start = Math.Max(SpacesBefore(bytes, start, copied), copied);
            var taken = end;
            if (token.StripRight)
            {
                // A token within the white space that another took along is there all the same, as in the reference. It is not given
                // that white space once more: a text of nothing else would grow with the square of its length.
                taken = SpacesBehind(bytes, Math.Max(end, spacesEnd));
                if (end >= spacesEnd)
                    end = taken;
                spacesEnd = taken;
            }

            if (start >= end)
                continue;
            if (copied < start)
                into.Add(new Piece(copied, start));
            into.Add(new Piece(start, end, token.Id));
            copied = taken;
        }

        if (copied < piece.End)
            into.Add(new Piece(copied, piece.End));
    }

    private bool Find(ReadOnlySpan<byte> text, int from, out int start, out int end, out AddedToken token)
    {
        for (start = from; start < text.Length; start++)
        {
            var candidate = text[start..].IndexOfAny(_firstBytes);
            if (candidate < 0)
                break;
            start += candidate;
            if (_trie.TryMatchLongest(text[start..], out var length, out var index))
            {
                end = start + length;
                token = _tokens[index];
                return true;
            }
        }

        start = end = text.Length;
        token = null!;
        return false;
    }

    private static bool TouchesWord(ReadOnlySpan<byte> text, int start, int end)
    {
        if (start > 0 && UnicodeTables.Is(Utf8.Previous(text, ref start), CharacterClass.Word))
            return true;
        return end < text.Length && UnicodeTables.Is(Utf8.Next(text, ref end), CharacterClass.Word);
    }

    private static int SpacesBefore(ReadOnlySpan<byte> text, int end, int limit)
    {
        while (end > limit)
        {
            var previous = end;
            if (!UnicodeTables.IsWhiteSpace(Utf8.Previous(text, ref previous)))
                break;
            end = previous;
        }

        return end;
    }

    private static int SpacesBehind(ReadOnlySpan<byte> text, int start)
    {
        while (start < text.Length)
        {
            var next = start;
            if (!UnicodeTables.IsWhiteSpace(Utf8.Next(text, ref next)))
                break;
            start = next;
        }

        return start;
    }
}
