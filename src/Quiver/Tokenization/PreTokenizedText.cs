namespace Quiver.Tokenization;

/// <summary>A part of a <see cref="PreTokenizedText"/>: bytes [Start, End), and the id if it is an added token already.</summary>
internal readonly record struct Piece(int Start, int End, int TokenId = Piece.NoToken)
{
    public const int NoToken = -1;

    public int Length => End - Start;

    public bool IsToken => TokenId != NoToken;
}

/// <summary>A text and the pieces it is cut into, which cover it in order but for what was dropped. Not thread-safe; reused.</summary>
internal sealed class PreTokenizedText
{
    public AlignedText Text { get; private set; } = new();

    public List<Piece> Pieces { get; private set; } = [];

    public ScratchTexts Scratch { get; } = new();

    private AlignedText _nextText = new();
    private List<Piece> _nextPieces = [];

    /// <summary>Bytes held between calls.</summary>
    public long Capacity =>
        Text.Capacity + _nextText.Capacity + Scratch.Capacity + (Pieces.Capacity + (long)_nextPieces.Capacity) * 12;

    public void Load(ReadOnlySpan<char> text, bool tracks)
    {
        Text.Load(text, tracks);
        Pieces.Clear();
        if (Text.Length > 0)
            Pieces.Add(new Piece(0, Text.Length));
    }

    public delegate void Splitter<in T>(T state, AlignedText text, Piece piece, List<Piece> into);

    /// <summary>Cuts each piece that is no token into others of the same text. Empty ones vanish.</summary>
    /// <param name="state">What the splitter needs to know, so that it captures nothing.</param>
    public void Split<T>(T state, Splitter<T> split)
    {
        _nextPieces.Clear();
        foreach (var piece in Pieces)
        {
            if (piece.IsToken)
            {
                _nextPieces.Add(piece);
                continue;
            }

            var first = _nextPieces.Count;
            split(state, Text, piece, _nextPieces);
            RemoveEmpty(first);
        }

        (Pieces, _nextPieces) = (_nextPieces, Pieces);
    }

    public delegate void Rewriter<in T>(T state, AlignedText source, Piece piece, AlignedText target);

    /// <summary>Writes each piece anew behind the one before it. Tokens keep their text. Empty pieces vanish.</summary>
    /// <param name="state">What the rewriter needs to know, so that it captures nothing.</param>
    public void Rewrite<T>(T state, Rewriter<T> rewrite)
    {
        _nextPieces.Clear();
        _nextText.Clear(Text.Tracks);
        foreach (var piece in Pieces)
        {
            var start = _nextText.Length;
            if (piece.IsToken)
                _nextText.Append(Text, piece.Start, piece.End);
            else
                rewrite(state, Text, piece, _nextText);
            if (piece.IsToken || _nextText.Length > start)
                _nextPieces.Add(piece with { Start = start, End = _nextText.Length });
        }

        (Pieces, _nextPieces) = (_nextPieces, Pieces);
        (Text, _nextText) = (_nextText, Text);
    }

    private void RemoveEmpty(int first)
    {
        var kept = first;
        for (var i = first; i < _nextPieces.Count; i++)
        {
            if (_nextPieces[i].Length > 0 || _nextPieces[i].IsToken)
                _nextPieces[kept++] = _nextPieces[i];
        }

        _nextPieces.RemoveRange(kept, _nextPieces.Count - kept);
    }
}
