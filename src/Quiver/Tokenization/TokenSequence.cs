using Quiver.Tokenization.PostProcessing;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization;

/// <summary>The tokens of one text before anything is put around them.</summary>
internal sealed class TokenSequence
{
    private readonly string _text;
    private int _start;

    private TokenSequence(string text, int[] ids, string[] tokens, TokenOffset[] offsets)
    {
        _text = text;
        Ids = ids;
        Tokens = tokens;
        Offsets = offsets;
        Count = ids.Length;
    }

    public int Count { get; private set; }

    public int[] Ids { get; }

    public string[] Tokens { get; }

    public TokenOffset[] Offsets { get; }

    /// <summary>What is left of the lists after truncation.</summary>
    public Range Kept => _start..(_start + Count);

    public static TokenSequence Create(string text, Workspace workspace, Func<int, string?> spelling)
    {
        var ids = workspace.Ids.Ids.ToArray();
        var tokens = new string[ids.Length];
        var offsets = new TokenOffset[ids.Length];
        var normalized = workspace.Text.Text;
        for (var i = 0; i < ids.Length; i++)
        {
            var span = workspace.Spans[i];
            tokens[i] = span.ReadsAsText
                ? System.Text.Encoding.UTF8.GetString(normalized.Bytes[span.Start..span.End])
                : spelling(ids[i])!;
            offsets[i] = OffsetOf(span, normalized);
        }

        return new TokenSequence(text, ids, tokens, offsets);
    }

    public void Truncate(int count, TruncationSide side)
    {
        if (count >= Count)
            return;
        if (side == TruncationSide.Left)
            _start += Count - count;
        Count = count;
    }

    /// <summary>Trims what truncation left: the first token kept is the first there is.</summary>
    public void Trim(IReadOnlyList<OffsetTrimmer> trims)
    {
        foreach (var trim in trims)
        {
            for (var i = _start; i < _start + Count; i++)
                Offsets[i] = trim.Trim(Offsets[i], Tokens[i], isFirst: i == _start);
        }
    }

    /// <summary>The offsets kept, in UTF-16 units.</summary>
    public TokenOffset[] ToUtf16() => Utf16(_text, Offsets[Kept]);

    private static TokenOffset OffsetOf(SubwordSpan span, AlignedText text) => span.Start == span.End
        ? default
        : new TokenOffset(text.AlignmentAt(span.Start).Start, text.AlignmentAt(span.End - 1).End);

    private static TokenOffset[] Utf16(string text, TokenOffset[] offsets)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return offsets;

        // Where each code point starts. A lone surrogate is one code point, as in the text that was tokenized.
        var starts = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i += i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1)
            starts.Add(i);
        starts.Add(text.Length);
        return Array.ConvertAll(offsets, offset => new TokenOffset(At(offset.Start), At(offset.End)));

        int At(int codePoint) => starts[Math.Min(codePoint, starts.Count - 1)];
    }
}
