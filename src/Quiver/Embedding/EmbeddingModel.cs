using Quiver.Encoding;

namespace Quiver.Embedding;

/// <summary>A model folder, loaded: its tokenizer, its encoder and its pooling, from text to base vector.</summary>
/// <remarks>Thread-safe. Each concurrent <see cref="Embed"/> call takes one workspace from a pool that grows to the number of callers.</remarks>
public sealed class EmbeddingModel : IEmbedder, IDisposable
{
    private EmbeddingModel() => throw new NotImplementedException();

    /// <summary>The name clients send: the folder's own name.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>Elements of a vector.</summary>
    public int Width => throw new NotImplementedException();

    /// <summary>The most tokens of one input, special tokens included.</summary>
    public int MaxTokens => throw new NotImplementedException();

    public Precision Precision => throw new NotImplementedException();

    /// <summary>Whether the folder's own modules end in unit length.</summary>
    public bool Normalizes => throw new NotImplementedException();

    /// <summary>Opens a sentence-transformers or plain Hugging Face folder.</summary>
    /// <exception cref="Quiver.Models.ModelFormatException">The folder is not a model this encoder runs; names file and member.</exception>
    public static EmbeddingModel Load(string folder, Precision precision) => throw new NotImplementedException();

    /// <summary>Tokenizes a text, special tokens added, cut to <see cref="MaxTokens"/>.</summary>
    public TokenizedInput Tokenize(string text) => throw new NotImplementedException();

    /// <summary>Takes ids of the model's own vocabulary (without special tokens) and adds the special tokens.</summary>
    /// <exception cref="Quiver.Diagnostics.QuiverException">An id is not in the vocabulary.</exception>
    public TokenizedInput FromTokenIds(ReadOnlySpan<int> ids) => throw new NotImplementedException();

    /// <summary>
    /// Computes base vectors, before normalization: row i of <paramref name="vectors"/> ([count × <see cref="Width"/>]) for input i.
    /// A text's vector has the same bits whatever else is in the call.
    /// </summary>
    public void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
