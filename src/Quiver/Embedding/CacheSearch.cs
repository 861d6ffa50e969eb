using Quiver.Tokenization;

namespace Quiver.Embedding;

/// <summary>What is looked for among a tenant's own cached vectors. The members that requests have too must be as they were when the vectors were computed.</summary>
/// <param name="Model">A served name or alias.</param>
/// <param name="Query">As many elements as the model's vectors have; of any length but zero.</param>
public sealed record CacheSearch(string Model, ReadOnlyMemory<float> Query)
{
    public string Tenant { get; init; } = "";

    /// <summary>The tenant's own provider, whose vectors are searched in the place of a model's.</summary>
    internal IRemoteEmbedder? Provider { get; init; }

    /// <summary>The most matches, at least 1.</summary>
    public int Count { get; init; } = 10;

    /// <summary>The least cosine of a match.</summary>
    public double MinScore { get; init; } = -1;

    /// <inheritdoc cref="EmbeddingRequest.Prompt"/>
    public string? Prompt { get; init; }

    /// <inheritdoc cref="EmbeddingRequest.LongInput"/>
    public LongInput LongInput { get; init; }

    /// <inheritdoc cref="EmbeddingRequest.TruncationSide"/>
    public TruncationSide TruncationSide { get; init; }
}
