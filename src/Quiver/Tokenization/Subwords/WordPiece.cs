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
        _initial = ByteTrie.Build(vocabulary.Entries.Where(entry => entry.Token.Length > 0));
        _continuing = ByteTrie.Build(vocabulary.Entries
            .Where(entry => entry.Token.Length > prefix.Length && entry.Token.AsSpan().StartsWith(prefix))
            .Select(entry => (entry.Token[prefix.Length..], entry.Id)));
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
