namespace Quiver.Tokenization.Subwords;

/// <summary>Cuts a word into tokens of a vocabulary. Thread-safe: all that changes is the cache, and that is only a memory of results.</summary>
internal abstract class SubwordModel(Vocabulary vocabulary)
{
    private readonly WordCache _cache = new();

    public Vocabulary Vocabulary => vocabulary;

    /// <summary>Appends the tokens of a word that is not empty.</summary>
    public void Tokenize(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        if (output.HasSpans || word.Length > WordCache.LongestKey)
        {
            Cut(word, output);
            return;
        }

        var hash = ByteHash.Compute(word);
        if (_cache.TryAppend(hash, word, output.Ids))
            return;

        var first = output.Count;
        Cut(word, output);
        _cache.Add(hash, word, output.Ids.Ids[first..]);
    }

    /// <summary>Does the work of <see cref="Tokenize"/> without the cache.</summary>
    protected abstract void Cut(ReadOnlySpan<byte> word, SubwordOutput output);
}
