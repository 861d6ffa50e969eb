namespace Quiver.Tokenization.PreTokenizers;

/// <summary>Joins or drops the parts of a text, delimiters and what stands between, as they are found from left to right.</summary>
internal ref struct DelimiterCutter(DelimiterBehavior behavior, List<Piece> into)
{
    private readonly int _first = into.Count;
    private bool _previousIsDelimiter;
    private int _pendingDelimiter = -1;

    public void Add(int start, int end, bool isDelimiter)
    {
        if (start == end)
            return;
        switch (behavior)
        {
            case DelimiterBehavior.Removed when isDelimiter:
                break;
            case DelimiterBehavior.Contiguous when isDelimiter == _previousIsDelimiter:
            case DelimiterBehavior.MergedWithPrevious when isDelimiter && !_previousIsDelimiter:
                Extend(start, end);
                break;
            case DelimiterBehavior.MergedWithNext when !isDelimiter && _pendingDelimiter >= 0:
                into[^1] = new Piece(_pendingDelimiter, end);
                break;
            default:
                into.Add(new Piece(start, end));
                break;
        }

        _pendingDelimiter = isDelimiter ? start : -1;
        _previousIsDelimiter = isDelimiter;
    }

    private readonly void Extend(int start, int end)
    {
        if (into.Count > _first)
            into[^1] = into[^1] with { End = end };
        else
            into.Add(new Piece(start, end));
    }
}
