namespace Quiver.Embedding.Scheduling;

/// <summary>How much may wait for the runners, and how it is cut into units.</summary>
public sealed record SchedulerOptions
{
    /// <summary>Threads that compute, each on one unit at a time.</summary>
    /// <value>One per core.</value>
    public int Runners { get; init; } = Environment.ProcessorCount;

    /// <summary>The interactive lane takes requests while fewer tokens than this wait in it.</summary>
    public int InteractiveQueueTokens { get; init; } = 64 * 1024;

    /// <summary>The bulk lane takes requests while fewer tokens than this wait in it.</summary>
    public int BulkQueueTokens { get; init; } = 1024 * 1024;

    /// <summary>Either lane takes requests while fewer texts than this wait in it.</summary>
    public int QueueTexts { get; init; } = 64 * 1024;

    /// <summary>The most texts of one unit.</summary>
    public int UnitTexts { get; init; } = 8;

    /// <summary>The most tokens of one unit of more than one text.</summary>
    public int UnitTokens { get; init; } = 256;

    /// <summary>After so many interactive units in a row, bulk work has its turn.</summary>
    public int BulkAgeing { get; init; } = 8;

    /// <summary>How long a bulk unit then computes before it yields again: what an interactive text waits for it, at most.</summary>
    /// <value>10 ms; with the way to the next yield point well below 20.</value>
    public TimeSpan BulkTurn { get; init; } = TimeSpan.FromMilliseconds(10);
}
