using Quiver.Tokenization.Normalizers;

namespace Quiver.Tokenization;

/// <summary>All added tokens of a tokenizer: by id, by content, and ready to be found in texts.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, AddedToken> _byContent = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _spellings = [];

    public AddedTokens(IReadOnlyList<AddedToken> tokens, Normalizer? normalizer)
    {
        foreach (var token in tokens)
        {
            _byId[token.Id] = token;
            _byContent[token.Content] = token;
            _spellings[token.Id] = System.Text.Encoding.UTF8.GetString(Pattern(token.Content, token.Normalized ? normalizer : null));
        }

        // Special tokens first: of two that look alike once normalized, the first is found.
        var ordered = tokens.OrderBy(token => token.Special ? 0 : 1).ToArray();
        InText = Matcher(ordered.Where(token => !token.Normalized), normalizer: null);
        InNormalizedText = Matcher(ordered.Where(token => token.Normalized), normalizer);
        IdLimit = tokens.Count == 0 ? 0 : tokens.Max(token => token.Id) + 1;
    }

    /// <summary>Finds those that are looked for before normalization.</summary>
    public AddedTokenMatcher InText { get; }

    /// <summary>Finds those that are looked for behind it.</summary>
    public AddedTokenMatcher InNormalizedText { get; }

    /// <summary>One more than the largest id.</summary>
    public int IdLimit { get; }

    public AddedToken? Find(int id) => _byId.GetValueOrDefault(id);

    /// <summary>How a token reads: a normalized one as it looks once normalized, as in the reference. Null where the id is no added token.</summary>
    public string? SpellingOf(int id) => _spellings.GetValueOrDefault(id);

    public AddedToken? Find(string content) => _byContent.GetValueOrDefault(content);

    private static AddedTokenMatcher Matcher(IEnumerable<AddedToken> tokens, Normalizer? normalizer)
    {
        var list = tokens.ToArray();
        return new AddedTokenMatcher(list, [.. list.Select(token => Pattern(token.Content, normalizer))]);
    }

    private static byte[] Pattern(string content, Normalizer? normalizer)
    {
        var source = new AlignedText();
        source.Load(content, tracks: false);
        if (normalizer is null)
            return source.Bytes.ToArray();
        var target = new AlignedText();
        normalizer.Apply(source, target, new ScratchTexts());
        return target.Bytes.ToArray();
    }
}
