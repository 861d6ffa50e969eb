namespace Quiver.Tokenization.Subwords;

/// <summary>Where a token stands in the pre-tokenized text, in bytes, and whether it reads as that text instead of its vocabulary entry.</summary>
internal readonly record struct SubwordSpan(int Start, int End, bool ReadsAsText);

/// <summary>Takes the tokens of word after word: always the ids, and their places when asked for. Not thread-safe.</summary>
internal sealed class SubwordOutput
{
    private List<SubwordSpan>? _spans;

    public TokenIdBuffer Ids { get; private set; } = null!;

    /// <summary>Whether places are asked for. Ids alone may come from a cache.</summary>
    public bool HasSpans => _spans is not null;

    /// <summary>Where the current word starts in the text.</summary>
    public int WordStart { get; set; }

    public int Count => Ids.Count;

    /// <summary>Sets where tokens go; to be called before any is added.</summary>
    public SubwordOutput Into(TokenIdBuffer ids, List<SubwordSpan>? spans)
    {
        (Ids, _spans, WordStart) = (ids, spans, 0);
        return this;
    }

    /// <param name="start">In bytes of the word.</param>
    public void Add(int id, int start, int end, bool readsAsText = false)
    {
        Ids.Add(id);
        _spans?.Add(new SubwordSpan(WordStart + start, WordStart + end, readsAsText));
    }

    public void CutTo(int count)
    {
        Ids.CutTo(count);
        _spans?.RemoveRange(count, _spans.Count - count);
    }
}
