using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tokenization;

namespace Quiver.Embedding;

/// <summary>A model folder, loaded: its tokenizer, its encoder and its pooling, from text to base vector.</summary>
/// <remarks>Thread-safe. Each concurrent <see cref="Embed"/> call takes one workspace from a pool that grows to the number of callers.</remarks>
public sealed class EmbeddingModel : IEmbedder, IDisposable
{
    /// <summary>Tokens that go through the encoder together: enough rows to fill the kernels, few enough to stay in the cache.</summary>
    private const int BatchTokens = 256;

    private readonly ModelTokenizer _tokenizer;
    private readonly TextEncoder _encoder;
    private readonly ModelFolder _folder;
    private readonly Lock _spaceGate = new();
    private readonly ConcurrentBag<EncoderWorkspace> _workspaces = [];
    private EmbeddingSpace? _space;

    private EmbeddingModel(ModelFolder folder, Precision precision)
    {
        _folder = folder;
        Name = folder.Name;
        Prompts = folder.Prompts;
        DefaultPromptName = folder.DefaultPromptName;
        Architecture = folder.Config.ModelType;
        Probe = folder.Probe;
        CodeLimit = folder.CodeLimit;
        (var tokenizer, _encoder) = LoadParts(folder, precision);
        _tokenizer = new ModelTokenizer(folder, tokenizer, _encoder.VocabularySize);

        // Beside what a server does next: the first request finds it done. A folder that cannot be read fails there, until it can.
        _ = Task.Run(() => Space);
    }

    /// <summary>The name clients send.</summary>
    public string Name { get; }

    /// <summary>Elements of a vector.</summary>
    public int Width => _encoder.Width;

    /// <inheritdoc/>
    public int TokenWidth => _encoder.HiddenSize;

    /// <summary>The most tokens of one input, special tokens included.</summary>
    public int MaxTokens => _encoder.MaxTokens;

    /// <inheritdoc/>
    public int SpecialTokens => _tokenizer.SpecialTokens;

    public Precision Precision => _encoder.Precision;

    /// <inheritdoc/>
    public bool IsLocal => true;

    public string Arithmetic => Precision switch
    {
        Precision.Int16 => "int16",
        Precision.F32 => "f32",
        _ => throw new InvalidOperationException($"{Precision} has no name."),
    };

    /// <inheritdoc/>
    public EmbeddingSpace Space => Volatile.Read(ref _space) ?? ReadSpace();

    /// <inheritdoc/>
    public ModelProbe? Probe { get; }

    /// <inheritdoc/>
    public float? CodeLimit { get; }

    /// <summary>For int16 four times the largest error of an element that 1,500 package descriptions show.</summary>
    public double ProbeTolerance => Precision == Precision.F32 ? 1e-5 : 2e-3;

    /// <summary>config.json's model_type ("bert").</summary>
    public string Architecture { get; }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Prompts { get; }

    /// <inheritdoc/>
    public string? DefaultPromptName { get; }

    /// <summary>Whether the folder's own modules end in unit length.</summary>
    public bool Normalizes => _encoder.Normalizes;

    /// <summary>Opens a sentence-transformers or plain Hugging Face folder.</summary>
    /// <param name="name">The name clients send; null takes the folder's own.</param>
    /// <exception cref="ModelFormatException">The folder is not a model this encoder runs; names file and member.</exception>
    public static EmbeddingModel Load(string folder, Precision precision, string? name = null) => new(ModelFolder.Open(folder, name), precision);

    /// <inheritdoc/>
    public TokenizedInput Tokenize(string text, string? prompt = null, TruncationSide side = TruncationSide.Right) =>
        _tokenizer.Tokenize(text, prompt, side);

    /// <inheritdoc/>
    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids, bool complete = false, TruncationSide side = TruncationSide.Right) =>
        _tokenizer.FromTokenIds(ids, complete, side);

    /// <inheritdoc/>
    public IReadOnlyList<TokenizedInput> Windows(EmbeddingInput input, string prompt) => _tokenizer.Windows(input, prompt);

    /// <inheritdoc/>
    public TokenizedText Inspect(string text, string? prompt = null, bool addSpecialTokens = true) =>
        _tokenizer.Inspect(text, prompt, addSpecialTokens);

    /// <inheritdoc/>
    public bool HasToken(int id) => _tokenizer.HasToken(id);

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens) => _tokenizer.Decode(ids, skipSpecialTokens);

    /// <inheritdoc/>
    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncodingHost? host = null)
    {
        var workspace = TakeWorkspace();
        try
        {
            while (inputs.Length > 0)
            {
                var count = 1;
                for (var tokens = inputs[0].Ids.Length; count < inputs.Length; count++)
                {
                    tokens += inputs[count].Ids.Length;
                    if (tokens > BatchTokens)
                        break;
                }

                EmbedBatch(inputs[..count], vectors[..(count * Width)], workspace, host);
                inputs = inputs[count..];
                vectors = vectors[(count * Width)..];
            }
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    /// <inheritdoc/>
    public void EmbedTokens(TokenizedInput input, Span<float> vectors, EncodingHost? host = null)
    {
        var workspace = TakeWorkspace();
        try
        {
            _encoder.EncodeTokens(new TokenBatch(input.Ids, [input.Ids.Length], input.TypeIds), vectors, workspace, host);
        }
        finally
        {
            _workspaces.Add(workspace);
        }
    }

    public void Dispose()
    {
        while (_workspaces.TryTake(out var workspace))
            workspace.Dispose();
        _encoder.Dispose();
    }

    /// <summary>Asked for twice at once, the folder is read once. A failure is not kept: the next who asks reads again.</summary>
    private EmbeddingSpace ReadSpace()
    {
        lock (_spaceGate)
        {
            if (_space is null)
                Volatile.Write(ref _space, new EmbeddingSpace(ModelDigest.Of(_folder), PoolingOf(_folder), _folder.Width));
            return _space!;
        }
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

    private static string PoolingOf(ModelFolder folder) =>
        string.Join('+', folder.Modules.OfType<PoolingModule>().Single().Modes.Select(PoolingNames.NameOf));

    private EncoderWorkspace TakeWorkspace() => _workspaces.TryTake(out var workspace) ? workspace : _encoder.CreateWorkspace();

    private void EmbedBatch(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncoderWorkspace workspace, EncodingHost? host)
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

        _encoder.Encode(new TokenBatch(ids, lengths, typeIds), vectors, workspace, host);
    }
}
