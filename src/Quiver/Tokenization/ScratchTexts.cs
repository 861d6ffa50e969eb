using System.Runtime.CompilerServices;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization;

/// <summary>Spare texts of one call, so that a chain of steps reuses two of them. Not thread-safe.</summary>
internal sealed class ScratchTexts
{
    private readonly Stack<AlignedText> _spare = new();

    /// <summary>For the one normalization that runs.</summary>
    public List<CombiningMark> Marks { get; } = [];

    /// <summary>Bytes held by the spare texts and the marks.</summary>
    public long Capacity
    {
        get
        {
            var sum = Marks.Capacity * (long)Unsafe.SizeOf<CombiningMark>();
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
