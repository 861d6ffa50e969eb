using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Quiver.Diagnostics;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tokenization;
using Quiver.Tokenization.Unicode;

namespace Quiver.Embedding;

/// <summary>A model folder, loaded: its tokenizer, its encoder and its pooling, from text to base vector.</summary>
/// <remarks>Thread-safe. Each concurrent <see cref="Embed"/> call takes one workspace from a pool that grows to the number of callers.</remarks>
public sealed class EmbeddingModel : IEmbedder, IDisposable
{
    /// <summary>Tokens that go through the encoder together: enough rows to fill the kernels, few enough to stay in the cache.</summary>
    private const int BatchTokens = 256;

    private readonly Tokenizer _tokenizer;
    private readonly TextEncoder _encoder;
    private readonly string _prompt;
    private readonly bool _lowerCase;
    private readonly ConcurrentBag<EncoderWorkspace> _workspaces = [];
    private readonly ConcurrentBag<TokenIdBuffer> _buffers = [];

    private EmbeddingModel(ModelFolder folder, Precision precision)
    {
        Name = folder.Name;
        _lowerCase = folder.DoLowerCase;
        _prompt = folder.DefaultPromptName is { } prompt ? folder.Prompts[prompt] : "";
        if (_prompt.Length > 0 && folder.Modules.OfType<PoolingModule>().Any(pooling => !pooling.IncludePrompt))
            throw new ModelFormatException(Path.Combine(folder.Path, "modules.json"), "a default prompt that pooling leaves out is not supported");

        (_tokenizer, _encoder) = LoadParts(folder, precision);
        if (MaxTokens <= _tokenizer.SpecialTokenCount)
            throw new ModelFormatException(folder.TokenizerPath, $"adds {_tokenizer.SpecialTokenCount} special tokens and the model takes {MaxTokens} tokens in all");
    }

    /// <summary>The name clients send.</summary>
    public string Name { get; }

    /// <summary>Elements of a vector.</summary>
    public int Width => _encoder.Width;

    /// <summary>The most tokens of one input, special tokens included.</summary>
    public int MaxTokens => _encoder.MaxTokens;

    public Precision Precision => _encoder.Precision;

    /// <summary>Whether the folder's own modules end in unit length.</summary>
    public bool Normalizes => _encoder.Normalizes;

    /// <summary>Opens a sentence-transformers or plain Hugging Face folder.</summary>
    /// <param name="name">The name clients send; null takes the folder's own.</param>
    /// <exception cref="ModelFormatException">The folder is not a model this encoder runs; names file and member.</exception>
    public static EmbeddingModel Load(string folder, Precision precision, string? name = null) => new(ModelFolder.Open(folder, name), precision);

    /// <summary>Tokenizes a text behind the folder's default prompt, special tokens added, cut to <see cref="MaxTokens"/>.</summary>
    /// <exception cref="QuiverException">The text spells a token that the model has no embedding for.</exception>
    public TokenizedInput Tokenize(string text)
    {
        text = _prompt + text;
        if (_lowerCase)
            text = LowerCase.Of(text);
        if (_tokenizer.SingleTextHasOneType)
            return RequireEmbeddings(WithBuffer(buffer => _tokenizer.EncodeIds(text, buffer, MaxTokens)));

        var encoded = _tokenizer.Encode(text, options: new EncodeOptions { MaxLength = MaxTokens });
        return RequireEmbeddings(new TokenizedInput([.. encoded.Ids], [.. encoded.TypeIds], encoded.FullLength));
    }

    /// <summary>Takes ids of the model's own vocabulary (without special tokens), adds the special tokens, cuts to <see cref="MaxTokens"/>.</summary>
    /// <exception cref="QuiverException">An id is not in the vocabulary, or the model's tokens have types, which ids alone do not tell.</exception>
    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids)
    {
        if (!_tokenizer.SingleTextHasOneType)
            throw new QuiverException(ErrorKind.InvalidInput, "This model takes texts only, not token ids.");
        foreach (var id in ids)
        {
            if (!_tokenizer.HasId(id) || id >= _encoder.VocabularySize)
                throw new QuiverException(ErrorKind.InvalidInput, $"Token id {id} is not in the model's vocabulary.");
        }

        var content = ids.ToArray();
        return WithBuffer(buffer => _tokenizer.BuildIds(content, buffer, MaxTokens));
    }

    /// <summary>
    /// Computes base vectors, before normalization: row i of <paramref name="vectors"/> ([count × <see cref="Width"/>]) for input i.
    /// A text's vector has the same bits whatever else is in the call.
    /// </summary>
    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors)
    {
        if (!_workspaces.TryTake(out var workspace))
            workspace = _encoder.CreateWorkspace();

        while (inputs.Length > 0)
        {
            var count = 1;
            for (var tokens = inputs[0].Ids.Length; count < inputs.Length; count++)
            {
                tokens += inputs[count].Ids.Length;
                if (tokens > BatchTokens)
                    break;
            }

            EmbedBatch(inputs[..count], vectors[..(count * Width)], workspace);
            inputs = inputs[count..];
            vectors = vectors[(count * Width)..];
        }

        _workspaces.Add(workspace);
    }

    public void Dispose()
    {
        while (_workspaces.TryTake(out var workspace))
            workspace.Dispose();
        _encoder.Dispose();
    }

    /// <summary>Both at once: together they are most of the time to a server's first answer.</summary>
    private static (Tokenizer Tokenizer, TextEncoder Encoder) LoadParts(ModelFolder folder, Precision precision)
    {
        Tokenizer? tokenizer = null;
        TextEncoder? encoder = null;
        try
        {
            Parallel.Invoke(() => tokenizer = Tokenizer.Load(folder.TokenizerPath), () => encoder = TextEncoder.Load(folder, precision));
        }
        catch (AggregateException exception)
        {
            encoder?.Dispose();
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return (tokenizer!, encoder!);
    }

    private void EmbedBatch(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncoderWorkspace workspace)
    {
        var total = 0;
        var hasTypes = false;
        foreach (var input in inputs)
        {
            total += input.Ids.Length;
            hasTypes |= input.TypeIds is not null;
        }

        var ids = new int[total];
        var typeIds = hasTypes ? new int[total] : [];
        var lengths = new int[inputs.Length];
        var first = 0;
        for (var i = 0; i < inputs.Length; i++)
        {
            lengths[i] = inputs[i].Ids.Length;
            inputs[i].Ids.CopyTo(ids, first);
            inputs[i].TypeIds?.CopyTo(typeIds, first);
            first += lengths[i];
        }

        _encoder.Encode(new TokenBatch(ids, lengths, typeIds), vectors, workspace);
    }

    /// <summary>A tokenizer that was given more tokens than its model: rare, and then the caller's text is at fault, not the server.</summary>
    private TokenizedInput RequireEmbeddings(TokenizedInput input)
    {
        if (_tokenizer.VocabularySize > _encoder.VocabularySize && Array.Find(input.Ids, id => id >= _encoder.VocabularySize) is > 0 and var missing)
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
