using Quiver.Embedding;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>A body of POST /v1/embeddings, understood.</summary>
/// <param name="Request">The inputs that could be read; there may be none.</param>
internal sealed record EmbeddingsCall(EmbeddingRequest Request, bool Base64)
{
    /// <summary>Inputs that are not in <see cref="Request"/>, by their place among all. Only where it asks for errors per input.</summary>
    public IReadOnlyList<(int Index, OpenAiError Error)> Empty { get; init; } = [];

    /// <summary>A prompt of the model by its name, or null.</summary>
    public string? PromptName { get; init; }

    /// <summary>What the texts are for ("query"), or null.</summary>
    public string? InputType { get; init; }
}
