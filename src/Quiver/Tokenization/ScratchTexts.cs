namespace Quiver.Tokenization;

/// <summary>Spare texts of one call, so that a chain of steps reuses two of them. Not thread-safe.</summary>
internal sealed class ScratchTexts
{
    private readonly Stack<AlignedText> _spare = new();

    /// <summary>Bytes held by the spare texts.</summary>
    public long Capacity
    {
        get
        {
            var sum = 0L;
            foreach (var text in _spare)
                sum += text.Capacity;
            return sum;
        }
    }

    public AlignedText Rent(bool tracks)
    {
        var text = _spare.TryPop(out var spare) ? spare : new AlignedText();
        text.Clear(tracks);
        return text;
    }

    public void Return(AlignedText text) => _spare.Push(text);
}
