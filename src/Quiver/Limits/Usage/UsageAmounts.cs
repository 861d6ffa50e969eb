namespace Quiver.Limits.Usage;

/// <summary>How much was used.</summary>
internal readonly record struct UsageAmounts
{
    public long Requests { get; init; }

    /// <summary>Inputs whose vectors were in this process's memory, or the same as another of the request's.</summary>
    public long MemoryHits { get; init; }

    /// <summary>Inputs whose vectors were in Redis.</summary>
    public long RedisHits { get; init; }

    /// <summary>Inputs whose vectors were in the database.</summary>
    public long DatabaseHits { get; init; }

    /// <summary>Inputs that were computed.</summary>
    public long Misses { get; init; }

    /// <summary>Tokens of inputs that were at hand, special tokens included.</summary>
    public long HitTokens { get; init; }

    /// <summary>Tokens of inputs that were computed, special tokens included.</summary>
    public long MissTokens { get; init; }

    /// <summary>Microseconds on a runner: of each request, its longest input's.</summary>
    public long ComputeMicroseconds { get; init; }

    public long Hits => MemoryHits + RedisHits + DatabaseHits;

    public static UsageAmounts operator +(in UsageAmounts left, in UsageAmounts right) => new()
    {
        Requests = left.Requests + right.Requests,
        MemoryHits = left.MemoryHits + right.MemoryHits,
        RedisHits = left.RedisHits + right.RedisHits,
        DatabaseHits = left.DatabaseHits + right.DatabaseHits,
        Misses = left.Misses + right.Misses,
        HitTokens = left.HitTokens + right.HitTokens,
        MissTokens = left.MissTokens + right.MissTokens,
        ComputeMicroseconds = left.ComputeMicroseconds + right.ComputeMicroseconds,
    };
}
