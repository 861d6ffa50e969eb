namespace Quiver.Embedding;

/// <summary>One thing to embed: a text, or token ids.</summary>
/// <param name="Text">The text, or null where ids are given.</param>
/// <param name="TokenIds">
/// Ids without special tokens, or null where a text is given: of OpenAI's cl100k vocabulary if the request names the model by an
/// OpenAI name (<see cref="ModelDirectory"/>), of the model's own vocabulary otherwise.
/// </param>
public readonly record struct EmbeddingInput(string? Text, int[]? TokenIds = null);

/// <summary>Inputs for one model, and the form that the vectors shall have.</summary>
/// <param name="Model">A served name or alias.</param>
/// <param name="Inputs">At least one.</param>
public sealed record EmbeddingRequest(string Model, IReadOnlyList<EmbeddingInput> Inputs)
{
    /// <summary>How many leading elements of a vector to keep, 1 to the model's width; null keeps all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Whether vectors are scaled to unit length, after they were cut to <see cref="Dimensions"/>.</summary>
    /// <value>true</value>
    public bool Normalize { get; init; } = true;

    /// <summary>Whether an input over the model's limit is cut to it; otherwise it is an error.</summary>
    public bool Truncate { get; init; }
}
