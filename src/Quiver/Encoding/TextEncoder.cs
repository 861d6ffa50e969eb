using Quiver.Encoding.Architectures;
using Quiver.Models;

namespace Quiver.Encoding;

/// <summary>The managed encoder of one model folder: token ids in, one vector per text out.</summary>
/// <remarks>
/// Immutable after loading; any number of threads may encode at once, each with a workspace of its own. A text's vector has the same bits
/// whatever else is in the batch, whichever thread runs it, and whatever vector instructions the machine has (see readme.md beside this file).
/// </remarks>
public sealed unsafe class TextEncoder : IDisposable
{
    private readonly TensorSet _tensors;
    private readonly Transformer _transformer;
    private readonly VectorHead _head;

    private TextEncoder(ModelFolder folder, Precision precision)
    {
        Precision = precision;
        MaxTokens = folder.MaxTokens;
        VocabularySize = folder.Config.VocabularySize;
        _tensors = TensorSet.Open(folder.TransformerFolder);
        try
        {
            _transformer = LoadTransformer(folder, _tensors, precision);
            _head = new VectorHead(folder);
            _tensors.ReleasePages();
        }
        catch
        {
            _transformer?.Dispose();
            _tensors.Dispose();
            throw;
        }
    }

    public Precision Precision { get; }

    /// <summary>Elements of a vector.</summary>
    public int Width => _head.Width;

    /// <summary>Elements of a hidden state.</summary>
    public int HiddenSize => _transformer.HiddenSize;

    /// <summary>The most tokens of one text.</summary>
    public int MaxTokens { get; }

    /// <summary>Rows of the token embedding table: ids from 0 up to it have an embedding.</summary>
    public int VocabularySize { get; }

    /// <summary>Whether the folder's last module is normalization, which <see cref="Encode"/> leaves to the caller.</summary>
    public bool Normalizes => _head.Normalizes;

    /// <summary>Reads and packs the weights.</summary>
    /// <exception cref="ModelFormatException">The architecture is not one of those Quiver runs, or a weight is missing, surplus or misshapen.</exception>
    public static TextEncoder Load(ModelFolder folder, Precision precision) => new(folder, precision);

    /// <summary>Memory for one thread's runs.</summary>
    public EncoderWorkspace CreateWorkspace() => _transformer.CreateWorkspace();

    /// <summary>Computes one vector per text, before a final normalization.</summary>
    /// <param name="batch">At least one text.</param>
    /// <param name="vectors">[texts × <see cref="Width"/>], row-major.</param>
    /// <param name="workspace">Of this encoder, and not in use by another run.</param>
    /// <param name="host">Whom the run lets in at its yield points; null for nobody.</param>
    /// <exception cref="ArgumentException">A text is longer than <see cref="MaxTokens"/>, or an id is not in the vocabulary.</exception>
    public void Encode(TokenBatch batch, Span<float> vectors, EncoderWorkspace workspace, EncodingHost? host = null)
    {
        if (vectors.Length != (long)batch.Lengths.Length * Width)
            throw new ArgumentException($"{vectors.Length} elements for {batch.Lengths.Length} vectors of {Width}.", nameof(vectors));
        var states = Run(batch, workspace, host);
        _head.Apply(states, batch.Lengths, vectors, workspace);
        GC.KeepAlive(this);
        GC.KeepAlive(workspace);
    }

    /// <summary>Computes the last layer's hidden states, one row per token, before any pooling.</summary>
    /// <param name="vectors">[tokens × <see cref="HiddenSize"/>], row-major.</param>
    /// <inheritdoc cref="Encode"/>
    public void EncodeTokens(TokenBatch batch, Span<float> vectors, EncoderWorkspace workspace, EncodingHost? host = null)
    {
        if (vectors.Length != (long)batch.Ids.Length * HiddenSize)
            throw new ArgumentException($"{vectors.Length} elements for {batch.Ids.Length} vectors of {HiddenSize}.", nameof(vectors));

        var states = Run(batch, workspace, host);
        for (var token = 0; token < states.Count; token++)
            new ReadOnlySpan<float>(states[token], HiddenSize).CopyTo(vectors.Slice(token * HiddenSize, HiddenSize));
        GC.KeepAlive(this);
        GC.KeepAlive(workspace);
    }

    public void Dispose()
    {
        _head.Dispose();
        _transformer.Dispose();
        _tensors.Dispose();
    }

    private Rows Run(TokenBatch batch, EncoderWorkspace workspace, EncodingHost? host)
    {
        foreach (var length in batch.Lengths)
        {
            if (length > MaxTokens)
                throw new ArgumentException($"A text of {length} tokens is over the limit of {MaxTokens}.", nameof(batch));
        }

        workspace.Host = host;
        return _transformer.Apply(batch, workspace);
    }

    private static Transformer LoadTransformer(ModelFolder folder, TensorSet tensors, Precision precision)
    {
        if (BertFamily.Runs(folder.Config.ModelType))
            return BertFamily.Load(folder, tensors, precision);

        throw new ModelFormatException(
            Path.Combine(folder.TransformerFolder, "config.json"), $"model_type '{folder.Config.ModelType}' is not an architecture Quiver runs");
    }
}
