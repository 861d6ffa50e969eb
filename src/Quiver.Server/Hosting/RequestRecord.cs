using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Limits;
using Quiver.Limits.Usage;

namespace Quiver.Server.Hosting;

/// <summary>What is known of a request while it is served, for its log line, its metrics, its trace and the usage of its caller: facts and counts, never content.</summary>
/// <param name="id">The caller's own id, if it was harmless, or ours.</param>
internal sealed class RequestRecord(string id, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public string Id => id;

    /// <summary>The time of day.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Since the request's first bytes were there.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>How long it took to read what was asked for.</summary>
    public TimeSpan ReadTime { get; private set; }

    /// <summary>Inputs that were read from the body; 0 until then, and where there are none.</summary>
    public int Items { get; private set; }

    /// <summary>Tokens of the answer, special tokens included.</summary>
    public long Tokens { get; private set; }

    /// <summary>Inputs whose vectors came from the cache.</summary>
    public int CacheHits { get; private set; }

    /// <summary>What was computed, once it is; null for a request that failed or asked for no vectors.</summary>
    public EmbeddingResult? Result { get; private set; }

    /// <summary>The model that was used, as the request names it; null where none was.</summary>
    public string? Model { get; private set; }

    /// <summary>The short name of the plan that limits its caller; null where none does.</summary>
    public string? Plan { get; set; }

    /// <summary>What the request used.</summary>
    public UsageAmounts Usage { get; private set; } = new() { Requests = 1 };

    /// <summary>Why the request failed, or null.</summary>
    public ErrorKind? Failure { get; set; }

    /// <summary>Whether the caller left before the last of the answer.</summary>
    public bool ClientGone { get; set; }

    /// <summary>Whether someone got what was asked for.</summary>
    public bool Answered => Failure is null && !ClientGone;

    public static RequestRecord Of(HttpContext context) => context.Features.Get<RequestRecord>()!;

    /// <summary>Notes what was asked for, as soon as it is known: a request that fails is counted too.</summary>
    public void Asked(int items) => (Items, ReadTime) = (items, Elapsed);

    /// <summary>Notes what was answered.</summary>
    public void Count(int items, long tokens) => (Items, Tokens) = (items, tokens);

    /// <summary>Notes what was answered.</summary>
    public void Count(EmbeddingResult result)
    {
        Count(result.Count, result.TokenCount);
        Result = result;
        CountHits(result);
    }

    /// <summary>Notes inputs whose vectors came from the cache, for a request of several computations.</summary>
    public void CountHits(EmbeddingResult result)
    {
        var (redis, database) = (0, 0);
        for (var i = 0; i < result.Count; i++)
        {
            if (result.Cached(i))
                CacheHits++;
            redis += result.Tier(i) == "redis" ? 1 : 0;
            database += result.Tier(i) == "database" ? 1 : 0;
        }

        Use(result.Model, result.Cost(), result.Times, redis, database);
    }

    /// <summary>Notes what was computed where it is no <see cref="EmbeddingResult"/>.</summary>
    public void Count(TokenVectors result)
    {
        var tokens = 0L;
        for (var i = 0; i < result.Count; i++)
            tokens += result.Tokens(i);
        Count(result.Count, tokens);
        Use(result.Model, new RequestCost(0, result.Count, 0, tokens), result.Times);
    }

    private void Use(string model, RequestCost cost, EmbeddingTimes times, int redisHits = 0, int databaseHits = 0)
    {
        Model = model;
        Usage += new UsageAmounts
        {
            MemoryHits = cost.Hits - redisHits - databaseHits,
            RedisHits = redisHits,
            DatabaseHits = databaseHits,
            HitTokens = cost.HitTokens,
            Misses = cost.Misses,
            MissTokens = cost.MissTokens,
            ComputeMicroseconds = times.Inference.Ticks / TimeSpan.TicksPerMicrosecond,
        };
    }
}
