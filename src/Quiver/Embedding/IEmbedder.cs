namespace Quiver.Embedding;

/// <summary>What turns tokens into base vectors: a model folder on the managed encoder, and later others.</summary>
/// <remarks>Implementations are thread-safe: each runner of <see cref="EmbeddingService"/> calls <see cref="Embed"/> at the same time.</remarks>
public interface IEmbedder
{
    /// <summary>The name clients send.</summary>
    string Name { get; }

    /// <summary>Elements of a vector.</summary>
    int Width { get; }

    /// <summary>The most tokens of one input, special tokens included.</summary>
    int MaxTokens { get; }

    /// <summary>Tokenizes a text, special tokens added, cut to <see cref="MaxTokens"/>.</summary>
    TokenizedInput Tokenize(string text);

    /// <summary>Takes ids of the model's own vocabulary (without special tokens), adds the special tokens, cuts to <see cref="MaxTokens"/>.</summary>
    /// <exception cref="Quiver.Diagnostics.QuiverException">An id is not in the vocabulary.</exception>
    TokenizedInput FromTokenIds(ReadOnlySpan<int> ids);

    /// <summary>
    /// Computes base vectors, before normalization: row i of <paramref name="vectors"/> ([count × <see cref="Width"/>]) for input i.
    /// A text's vector has the same bits whatever else is in the call.
    /// </summary>
    void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors);
}
