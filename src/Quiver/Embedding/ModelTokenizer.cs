using System.Collections.Concurrent;
using Quiver.Diagnostics;
using Quiver.Models;
using Quiver.Tokenization;
using Quiver.Tokenization.Unicode;

namespace Quiver.Embedding;

/// <summary>A model's tokenizer with what the folder says around it: prompts, lower-casing, the limit, the ids that have an embedding.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ModelTokenizer
{
    private readonly Tokenizer _tokenizer;
    private readonly string _defaultPrompt;
    private readonly bool _poolsPrompts;
    private readonly bool _lowerCase;
    private readonly int _maxTokens;
    private readonly int _embeddings;
    private readonly ConcurrentBag<TokenIdBuffer> _buffers = [];

    /// <param name="embeddings">Rows of the model's embedding table: ids from 0 up to it have an embedding.</param>
    /// <exception cref="ModelFormatException">The special tokens leave no room, or the default prompt is to be left out of pooling.</exception>
    public ModelTokenizer(ModelFolder folder, Tokenizer tokenizer, int embeddings)
    {
        _tokenizer = tokenizer;
        _embeddings = embeddings;
        _maxTokens = folder.MaxTokens;
        _lowerCase = folder.DoLowerCase;
        _defaultPrompt = folder.DefaultPromptName is { } prompt ? folder.Prompts[prompt] : "";
        _poolsPrompts = folder.Modules.OfType<PoolingModule>().All(pooling => pooling.IncludePrompt);
        if (_defaultPrompt.Length > 0 && !_poolsPrompts)
            throw new ModelFormatException(Path.Combine(folder.Path, "modules.json"), "a default prompt that pooling leaves out is not supported");
        if (_maxTokens <= tokenizer.SpecialTokenCount)
            throw new ModelFormatException(folder.TokenizerPath, $"adds {tokenizer.SpecialTokenCount} special tokens and the model takes {_maxTokens} tokens in all");
    }

    /// <inheritdoc cref="IEmbedder.SpecialTokens"/>
    public int SpecialTokens => _tokenizer.SpecialTokenCount;

    /// <inheritdoc cref="IEmbedder.Tokenize"/>
    public TokenizedInput Tokenize(string text, string? prompt, TruncationSide side)
    {
        text = Prompted(text, prompt);
        if (_tokenizer.SingleTextHasOneType)
            return RequireEmbeddings(WithBuffer(buffer => _tokenizer.EncodeIds(text, buffer, _maxTokens, side)));

        var encoded = _tokenizer.Encode(text, options: new EncodeOptions { MaxLength = _maxTokens, Side = side });
        return RequireEmbeddings(new TokenizedInput([.. encoded.Ids], [.. encoded.TypeIds], encoded.FullLength));
    }

    /// <inheritdoc cref="IEmbedder.FromTokenIds"/>
    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids, bool complete, TruncationSide side)
    {
        RequireTokens(ids);
        var given = ids.ToArray();
        return complete
            ? new TokenizedInput(Cut(given, side), null, given.Length)
            : WithBuffer(buffer => _tokenizer.BuildIds(given, buffer, _maxTokens, side));
    }

    /// <inheritdoc cref="IEmbedder.Windows"/>
    public IReadOnlyList<TokenizedInput> Windows(EmbeddingInput input, string prompt)
    {
        if (input.TokenIds is { } ids)
        {
            RequireTokens(ids);
            return input.Complete
                ? [.. ids.Chunk(_maxTokens).Select(window => new TokenizedInput(window, null, window.Length))]
                : Windows([], ids);
        }

        if (!_tokenizer.SingleTextHasOneType)
            throw new QuiverException(ErrorKind.InvalidInput, "This model's tokens have types; a long text can be cut or refused, not averaged.");
        var text = input.Text ?? "";
        var tokens = Inspect(text, prompt, addSpecialTokens: false);
        var promptEnd = Prompted("", prompt).Length;
        var promptTokens = promptEnd == 0 ? 0 : tokens.Utf16Offsets.TakeWhile(token => token.End <= promptEnd).Count();
        int[] all = [.. tokens.Ids];
        RequireEmbeddings(new TokenizedInput(all, null, all.Length));
        return Windows(all.AsSpan(0, promptTokens), all.AsSpan(promptTokens));
    }

    /// <inheritdoc cref="IEmbedder.Inspect"/>
    public TokenizedText Inspect(string text, string? prompt, bool addSpecialTokens) =>
        _tokenizer.Encode(Prompted(text, prompt), options: new EncodeOptions { AddSpecialTokens = addSpecialTokens });

    /// <inheritdoc cref="IEmbedder.HasToken"/>
    public bool HasToken(int id) => id < _embeddings && _tokenizer.HasId(id);

    /// <inheritdoc cref="IEmbedder.Decode"/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => _tokenizer.Decode(ids, skipSpecialTokens);

    private string Prompted(string text, string? prompt)
    {
        prompt ??= _defaultPrompt;
        if (prompt.Length > 0 && !_poolsPrompts)
            throw new QuiverException(ErrorKind.InvalidInput, "This model leaves prompts out of its pooling, which Quiver does not do: ask without one.") { Parameter = "prompt" };
        text = prompt + text;
        return _lowerCase ? LowerCase.Of(text) : text;
    }

    private List<TokenizedInput> Windows(ReadOnlySpan<int> prompt, ReadOnlySpan<int> content)
    {
        var room = _maxTokens - _tokenizer.SpecialTokenCount - prompt.Length;
        if (room < 1)
            throw new QuiverException(ErrorKind.InvalidInput, $"The prompt's {prompt.Length} tokens leave no room for the text.") { Parameter = "prompt" };

        var windows = new List<TokenizedInput>();
        for (; content.Length > 0; content = content[Math.Min(room, content.Length)..])
        {
            int[] ids = [.. prompt, .. content[..Math.Min(room, content.Length)]];
            windows.Add(WithBuffer(buffer => _tokenizer.BuildIds(ids, buffer, _maxTokens)));
        }

        return windows;
    }

    private void RequireTokens(ReadOnlySpan<int> ids)
    {
        if (!_tokenizer.SingleTextHasOneType)
            throw new QuiverException(ErrorKind.InvalidInput, "This model takes texts only, not token ids.");
        foreach (var id in ids)
        {
            if (!HasToken(id))
                throw new QuiverException(ErrorKind.InvalidInput, $"Token id {id} is not in the model's vocabulary.");
        }
    }

    private int[] Cut(int[] ids, TruncationSide side)
    {
        if (ids.Length <= _maxTokens)
            return ids;
        return side == TruncationSide.Right ? ids[.._maxTokens] : ids[^_maxTokens..];
    }

    /// <summary>A tokenizer that was given more tokens than its model: rare, and then the caller's text is at fault, not the server.</summary>
    private TokenizedInput RequireEmbeddings(TokenizedInput input)
    {
        if (_tokenizer.VocabularySize > _embeddings && Array.Find(input.Ids, id => id >= _embeddings) is > 0 and var missing)
            throw new QuiverException(ErrorKind.InvalidInput, $"The model has no embedding for token {missing} of this input.") { Parameter = "input" };

        return input;
    }

    private TokenizedInput WithBuffer(Func<TokenIdBuffer, int> fill)
    {
        if (!_buffers.TryTake(out var buffer))
            buffer = new TokenIdBuffer();
        var fullLength = fill(buffer);
        var input = new TokenizedInput(buffer.Ids.ToArray(), null, fullLength);
        _buffers.Add(buffer);
        return input;
    }
}
