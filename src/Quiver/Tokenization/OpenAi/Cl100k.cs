using Quiver.Tokenization.Patterns;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.OpenAi;

/// <summary>
/// OpenAI's cl100k_base, the vocabulary of its embedding models: for clients that send token ids, and for counting as they count.
/// </summary>
/// <remarks>Immutable and thread-safe. Takes some tenths of a second and 30 MB at first use.</remarks>
public sealed class Cl100k
{
    private static readonly Lazy<Cl100k> LazyShared = new(() => new Cl100k());

    private static readonly Dictionary<int, string> SpecialTokens = new()
    {
        [100257] = "<|endoftext|>",
        [100258] = "<|fim_prefix|>",
        [100259] = "<|fim_middle|>",
        [100260] = "<|fim_suffix|>",
        [100276] = "<|endofprompt|>",
    };

    private readonly Cl100kPattern _words = new(digits: 3);
    private readonly RankedBytes _model;

    private Cl100k()
    {
        using var data = typeof(Cl100k).Assembly.GetManifestResourceStream("Quiver.Tokenization.OpenAi.cl100k.br")!;
        _model = RankedBytes.Read(data);
    }

    /// <summary>The one instance; made when first asked for.</summary>
    public static Cl100k Shared => LazyShared.Value;

    /// <summary>Whether an id is one of the vocabulary, special tokens included.</summary>
    public bool IsValid(int id) => (uint)id < (uint)_model.Vocabulary.Count || SpecialTokens.ContainsKey(id);

    /// <summary>Writes the ids of a text. What looks like a special token is text like any other.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenIdBuffer ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ids.Clear();
        var source = new AlignedText();
        source.Load(text, tracks: false);
        var output = new SubwordOutput().Into(ids, spans: null);
        for (var from = 0; _words.Find(source.Bytes, from, out var start, out var end); from = end)
            _model.Tokenize(source.Bytes[start..end], output);
    }

    /// <summary>The text of ids. Bytes that are not UTF-8 become U+FFFD, as when a character's tokens are cut apart.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not valid; see <see cref="IsValid"/>.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (var id in ids)
        {
            if (SpecialTokens.TryGetValue(id, out var special))
                bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(special));
            else if (IsValid(id))
                bytes.AddRange(_model.Vocabulary.BytesOf(id));
            else
                throw new ArgumentOutOfRangeException(nameof(ids), id, "is not an id of cl100k_base");
        }

        return System.Text.Encoding.UTF8.GetString([.. bytes]);
    }
}
