using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tokenization;

namespace Quiver.Embedding;

/// <summary>What turns texts into tokens and tokens into base vectors: a model folder on the managed encoder, and later others.</summary>
/// <remarks>Implementations are thread-safe: each runner of <see cref="EmbeddingService"/> calls <see cref="Embed"/> at the same time.</remarks>
public interface IEmbedder
{
    /// <summary>The name clients send.</summary>
    string Name { get; }

    /// <summary>Elements of a vector.</summary>
    int Width { get; }

    /// <summary>Elements of a token's own vector, as <see cref="EmbedTokens"/> gives it: the width of the last hidden states.</summary>
    int TokenWidth { get; }

    /// <summary>The most tokens of one input, special tokens included.</summary>
    int MaxTokens { get; }

    /// <summary>How many special tokens are put around a text.</summary>
    int SpecialTokens { get; }

    /// <summary>What the vectors may be compared with.</summary>
    EmbeddingSpace Space { get; }

    /// <summary>The arithmetic that computes them, as settings name it ("int16"): two of them give one space, and not the same bits.</summary>
    string Arithmetic { get; }

    /// <summary>Whether this server computes the vectors itself, from weights of its own: only then may tenants share them.</summary>
    bool IsLocal => false;

    /// <summary>A text whose vector came with the model, for self-tests; null where none did.</summary>
    ModelProbe? Probe => null;

    /// <summary>How far an element of the probe's vector may be off at unit length, in this arithmetic.</summary>
    double ProbeTolerance => 1e-5;

    /// <summary>The largest magnitude of a unit vector's element that int8 codes tell apart; null where nobody measured it.</summary>
    float? CodeLimit => null;

    /// <summary>Texts to put in front of an input, by name ("query").</summary>
    IReadOnlyDictionary<string, string> Prompts { get; }

    /// <summary>The prompt of inputs that come with none, or null.</summary>
    string? DefaultPromptName { get; }

    /// <summary>Tokenizes a text behind a prompt, special tokens added, cut to <see cref="MaxTokens"/>.</summary>
    /// <param name="prompt">Put in front of the text as it stands; null takes the default prompt.</param>
    /// <param name="side">Which end is cut off, prompt included.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">
    /// The text spells a token that the model has no embedding for, or the model takes no prompts and one was given.
    /// </exception>
    TokenizedInput Tokenize(string text, string? prompt = null, TruncationSide side = TruncationSide.Right);

    /// <summary>Takes ids of the model's own vocabulary, adds the special tokens, cuts to <see cref="MaxTokens"/>.</summary>
    /// <param name="complete">Whether the ids hold the special tokens already: then none are added, and none are spared by the cut.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">An id is not in the vocabulary, or the model does not take ids.</exception>
    TokenizedInput FromTokenIds(ReadOnlySpan<int> ids, bool complete = false, TruncationSide side = TruncationSide.Right);

    /// <summary>Cuts an input that is longer than <see cref="MaxTokens"/> into windows of that many, each with its prompt and special tokens.</summary>
    /// <param name="prompt">The exact text in front of each window; ids have none.</param>
    /// <exception cref="Quiver.Diagnostics.QuiverException">As the two above, or the prompt leaves no room for the text.</exception>
    IReadOnlyList<TokenizedInput> Windows(EmbeddingInput input, string prompt);

    /// <summary>Everything about the tokens of a text, uncut: ids, spellings, places in the prompted text.</summary>
    /// <param name="prompt">As in <see cref="Tokenize"/>; the empty string puts nothing in front.</param>
    TokenizedText Inspect(string text, string? prompt = null, bool addSpecialTokens = true);

    /// <summary>Whether the model's own vocabulary has this id, and the model an embedding for it.</summary>
    bool HasToken(int id);

    /// <summary>The text that ids of the model's own vocabulary stand for. Ids that are not in it are left out.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>
    /// Computes base vectors, before normalization: row i of <paramref name="vectors"/> ([count × <see cref="Width"/>]) for input i.
    /// A text's vector has the same bits whatever else is in the call.
    /// </summary>
    /// <param name="host">Whoever wants the thread back now and then, at yield points; what it throws there comes through. Null for nobody.</param>
    void Embed(ReadOnlySpan<TokenizedInput> inputs, Span<float> vectors, EncodingHost? host = null);

    /// <summary>Computes the last hidden states of one input, before pooling: row i of <paramref name="vectors"/> ([tokens × <see cref="TokenWidth"/>]) for token i.</summary>
    /// <param name="host">As in <see cref="Embed"/>.</param>
    void EmbedTokens(TokenizedInput input, Span<float> vectors, EncodingHost? host = null);
}
