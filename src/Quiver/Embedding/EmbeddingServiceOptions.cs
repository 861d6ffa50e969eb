using Quiver.Caching;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>How much <see cref="EmbeddingService"/> takes on.</summary>
public sealed record EmbeddingServiceOptions
{
    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    /// <value>300,000, as OpenAI has it.</value>
    public int MaxRequestTokens { get; init; } = 300_000;

    /// <summary>The most tokens of one request for a vector per token: each is 4 bytes times the width in memory, and more on the wire.</summary>
    /// <value>16,384: 32 texts of 512 tokens.</value>
    public int MaxTokenVectors { get; init; } = 16 * 1024;

    public SchedulerOptions Scheduler { get; init; } = new();

    public MemoryTierOptions Cache { get; init; } = new();

    /// <summary>The operator's own version of what is served; vectors cached under another are not found any more.</summary>
    public string CacheVersion { get; init; } = "";

    /// <summary>Whether texts are kept beside vectors as if every request asked for it (<see cref="EmbeddingRequest.KeepTexts"/>).</summary>
    public bool KeepTexts { get; init; }

    /// <summary>How often the models' self-test runs; null only when asked for.</summary>
    /// <value>null</value>
    public TimeSpan? SelfTestInterval { get; init; }
}
