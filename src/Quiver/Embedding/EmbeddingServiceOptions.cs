namespace Quiver.Embedding;

/// <summary>How many requests <see cref="EmbeddingService"/> takes on, and how it cuts them into work.</summary>
public sealed record EmbeddingServiceOptions
{
    /// <summary>Threads that compute, each on one work unit at a time.</summary>
    /// <value>One per core.</value>
    public int Runners { get; init; } = Environment.ProcessorCount;

    /// <summary>The most tokens of one request, special tokens included, after inputs were cut.</summary>
    /// <value>300,000, as OpenAI has it.</value>
    public int MaxRequestTokens { get; init; } = 300_000;

    /// <summary>The most tokens that wait in the interactive lane; one request is always taken when the lane is empty.</summary>
    public int InteractiveQueueTokens { get; init; } = 64 * 1024;

    /// <summary>The most tokens that wait in the bulk lane; one request is always taken when the lane is empty.</summary>
    public int BulkQueueTokens { get; init; } = 1024 * 1024;

    /// <summary>The most texts that wait in either lane.</summary>
    public int QueueTexts { get; init; } = 64 * 1024;

    /// <summary>The most texts of one work unit.</summary>
    public int UnitTexts { get; init; } = 8;

    /// <summary>The most tokens of one work unit of more than one text: what an interactive text may have to wait for.</summary>
    public int UnitTokens { get; init; } = 256;

    /// <summary>After so many interactive units in a row, one bulk unit goes first.</summary>
    public int BulkAgeing { get; init; } = 8;
}
