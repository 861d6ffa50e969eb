using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>How much <see cref="EmbeddingService"/> takes on.</summary>
public sealed record EmbeddingServiceOptions
{
    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    /// <value>300,000, as OpenAI has it.</value>
    public int MaxRequestTokens { get; init; } = 300_000;

    public SchedulerOptions Scheduler { get; init; } = new();
}
