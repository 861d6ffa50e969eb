using Quiver.Models;
using Quiver.Tokenization.Files;
using Quiver.Tokenization.PostProcessing;

namespace Quiver.Tokenization;

/// <summary>
/// A Hugging Face tokenizer.json at work: the ids, types, tokens and offsets that the <c>tokenizers</c> library gives, bit for bit.
/// </summary>
/// <remarks>
/// Immutable and thread-safe. A cache of words is 4 MB and changes no result. A lone surrogate in a string counts as
/// U+FFFD. Time is linear in the text (n log n in one unbroken word of a BPE model), whatever the text.
/// </remarks>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TokenizationPipeline _pipeline;
    private readonly WorkspacePool _workspaces = new();

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _pipeline = new TokenizationPipeline(parts.Added, parts.Normalizer, parts.PreTokenizer, parts.Model);
    }

    /// <summary>One more than the largest id, added tokens included.</summary>
    public int VocabularySize => Math.Max(_parts.Model.Vocabulary.IdLimit, _parts.Added.IdLimit);

    /// <summary>Special tokens that are added to one text.</summary>
    public int SpecialTokenCount => _parts.PostProcessor.Single.SpecialCount;

    /// <summary>Whether the tokens of a single text are all of type 0.</summary>
    public bool SingleTextHasOneType => !_parts.PostProcessor.Single.HasTypes;

    /// <summary>
    /// The file's own truncation, or null. It is not applied unless asked for. Its stride is left out: what truncation cuts off is not
    /// given in overlapping windows.
    /// </summary>
    public EncodeOptions? FileTruncation => _parts.Truncation;

    /// <summary>The file's own padding, or null. It is not applied unless asked for.</summary>
    public Padding? FilePadding => _parts.Padding;

    /// <summary>Reads a tokenizer.json.</summary>
    /// <exception cref="ModelFormatException">The file is missing, damaged, or asks for something Quiver does not do; names file and member.</exception>
    public static Tokenizer Load(string path) => new(TokenizerReader.Load(path));

    /// <summary>Reads the text of a tokenizer.json; <paramref name="source"/> is what errors call it.</summary>
    /// <exception cref="ModelFormatException">As <see cref="Load"/>.</exception>
    public static Tokenizer Parse(ReadOnlySpan<byte> utf8Json, string source) => new(TokenizerReader.Parse(utf8Json.ToArray(), source));

    /// <summary>The id of a token by its exact spelling in the vocabulary, or null.</summary>
    public int? TokenToId(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return _parts.Added.Find(token)?.Id ?? (_parts.Model.Vocabulary.Find(token) is >= 0 and var id ? id : null);
    }

    /// <summary>How the token of an id is spelled (a normalized added token: in its normalized form), or null where there is no such id.</summary>
    public string? IdToToken(int id) => _parts.Added.SpellingOf(id) ?? _parts.Model.Vocabulary.TokenOf(id);

    /// <summary>Whether there is a token of this id.</summary>
    public bool HasId(int id) => _parts.Added.Find(id) is not null || _parts.Model.Vocabulary.Contains(id);

    /// <summary>
    /// Writes the ids of a text, special tokens included, cut to <paramref name="maxLength"/> ids, and returns how many there would be
    /// without the cut. Allocates nothing once buffers have grown.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit leaves no room for the special tokens.</exception>
    public int EncodeIds(ReadOnlySpan<char> text, TokenIdBuffer ids, int maxLength = int.MaxValue, TruncationSide side = TruncationSide.Right)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ThrowIfTooShort(maxLength, _parts.PostProcessor.Single);
        ids.Clear();
        ids.Add(_parts.PostProcessor.Single.Prefix);
        var workspace = _workspaces.Rent();
        _pipeline.AppendIds(text, workspace, ids);
        _workspaces.Return(workspace);
        return Finish(ids, maxLength, side);
    }

    /// <summary>
    /// Puts the special tokens around ids that a caller has already, cuts like <see cref="EncodeIds"/>, and returns the length without the
    /// cut. Ids are not checked against the vocabulary: see <see cref="HasId"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit leaves no room for the special tokens.</exception>
    public int BuildIds(
        ReadOnlySpan<int> contentIds, TokenIdBuffer ids, int maxLength = int.MaxValue, TruncationSide side = TruncationSide.Right)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ThrowIfTooShort(maxLength, _parts.PostProcessor.Single);
        ids.Clear();
        ids.Add(_parts.PostProcessor.Single.Prefix);
        ids.Add(contentIds);
        return Finish(ids, maxLength, side);
    }

    /// <summary>Everything about a text, or about a pair of texts.</summary>
    /// <exception cref="ArgumentException">
    /// The limit leaves no room for the special tokens, or the strategy's one text is too short to be cut enough, or is missing.
    /// </exception>
    public TokenizedText Encode(string text, string? pair = null, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= new EncodeOptions();
        var template = pair is null ? _parts.PostProcessor.Single : _parts.PostProcessor.Pair;
        if (!options.AddSpecialTokens)
            template = template.WithoutSpecials;
        var first = Tokenize(text);
        var second = pair is null ? null : Tokenize(pair);
        var fullLength = first.Count + (second?.Count ?? 0) + template.SpecialCount;
        if (options.MaxLength is { } maxLength && options.Strategy != TruncationStrategy.DoNotTruncate)
        {
            ThrowIfTooShort(maxLength, template);
            Truncation.Apply(first, second, maxLength - template.SpecialCount, options);
        }

        first.Trim(_parts.PostProcessor.Trims);
        second?.Trim(_parts.PostProcessor.Trims);
        var result = new TokenizedTextBuilder(IdToToken);
        result.Fill(template, first, second);
        if (options.Padding is { } padding)
            result.Pad(padding);
        return result.Build(fullLength);
    }

    /// <summary>The text of ids, as the file's decoder puts it together. Ids that are not in the vocabulary are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (IdToToken(id) is { } token && !(skipSpecialTokens && _parts.Added.Find(id) is { Special: true }))
                tokens.Add(token);
        }

        return _parts.Decoder is null ? string.Join(' ', tokens) : string.Concat(_parts.Decoder.Apply(tokens));
    }

    private TokenSequence Tokenize(string text)
    {
        var workspace = _workspaces.Rent();
        workspace.Ids.Clear();
        workspace.Spans.Clear();
        _pipeline.AppendTokens(text, workspace, workspace.Ids, workspace.Spans);
        var sequence = TokenSequence.Create(text, workspace, IdToToken);
        _workspaces.Return(workspace);
        return sequence;
    }

    private int Finish(TokenIdBuffer ids, int maxLength, TruncationSide side)
    {
        var template = _parts.PostProcessor.Single;
        var fullLength = ids.Count + template.Suffix.Length;
        if (fullLength > maxLength)
        {
            if (side == TruncationSide.Right)
                ids.CutTo(maxLength - template.Suffix.Length);
            else
                ids.Remove(template.Prefix.Length, fullLength - maxLength);
        }

        ids.Add(template.Suffix);
        return fullLength;
    }

    private static void ThrowIfTooShort(int maxLength, Template template) =>
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, template.SpecialCount);
}
