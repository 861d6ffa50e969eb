namespace Quiver.Tokenization.Subwords;

/// <summary>A word is a token, or unknown.</summary>
internal sealed class WordLevel(Vocabulary vocabulary, int unknown) : SubwordModel(vocabulary)
{
    protected override void Cut(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        var id = Vocabulary.Find(word);
        output.Add(id < 0 ? unknown : id, 0, word.Length);
    }
}
