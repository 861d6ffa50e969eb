using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// Longest match first, from left to right (google-research/bert, tokenization.py, WordpieceTokenizer). One step of a trie per byte
/// looked at, so that no vocabulary makes it quadratic.
/// </summary>
internal sealed class WordPiece : SubwordModel
{
    private readonly ByteTrie _initial;
    private readonly ByteTrie _continuing;
    private readonly int _unknown;
    private readonly int _longestWord;

    /// <param name="unknown">The id of a word that cannot be cut, or that is longer than <paramref name="longestWord"/> characters.</param>
    /// <param name="prefix">What marks a token as the inside of a word: "##".</param>
    public WordPiece(Vocabulary vocabulary, int unknown, byte[] prefix, int longestWord)
        : base(vocabulary)
    {
        var (initial, continuing) = (new ByteTrieBuilder(), new ByteTrieBuilder());
        foreach (var (token, id) in vocabulary.Entries)
        {
            if (token.Length > 0)
                initial.Add(token, id);
            if (token.Length > prefix.Length && token.AsSpan().StartsWith(prefix))
                continuing.Add(token[prefix.Length..], id);
        }

        _initial = initial.Build();
        _continuing = continuing.Build();
        _unknown = unknown;
        _longestWord = longestWord;
    }

    protected override void Cut(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        var first = output.Count;
        if (word.Length > _longestWord && Utf8.CountCodePoints(word) > _longestWord)
        {
            output.Add(_unknown, 0, word.Length);
            return;
        }

        for (var start = 0; start < word.Length;)
        {
            if (!(start == 0 ? _initial : _continuing).TryMatchLongest(word[start..], out var length, out var id))
            {
                output.CutTo(first);
                output.Add(_unknown, 0, word.Length);
                return;
            }

            output.Add(id, start, start + length);
            start += length;
        }
    }
}
