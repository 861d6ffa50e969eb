using Quiver.Models;
using Quiver.Tokenization;

namespace Quiver.Bench.Http;

/// <summary>Texts that nobody has sent before, of words that are one token each: no cache has them, and their length is known.</summary>
internal sealed class UniqueTexts
{
    private const int Special = 2;

    private readonly string[] _words = SingleTokenWords();
    private readonly Random _random;

    public UniqueTexts(int seed) => _random = new Random(seed);

    /// <param name="tokens">Special tokens included.</param>
    public string Next(int tokens) => string.Join(' ', _random.GetItems(_words, tokens - Special));

    private static string[] SingleTokenWords()
    {
        var tokenizer = Tokenizer.Load(ModelFolder.Open(Repository.DefaultModel).TokenizerPath);
        var ids = new TokenIdBuffer();
        return [.. Corpus.Descriptions().Take(500).SelectMany(text => text.Split(' ', '\n')).Where(word => word.Length > 2 && word.All(char.IsAsciiLetterLower)).Distinct().Where(IsOneToken)];

        bool IsOneToken(string word)
        {
            tokenizer.EncodeIds(word, ids, 16);
            return ids.Ids.Length == 1 + Special;
        }
    }
}
