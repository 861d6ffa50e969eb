using System.Diagnostics.Metrics;

namespace Quiver.Diagnostics;

/// <summary>The engine's instruments, all of a meter named "Quiver". While nobody listens, recording costs a read.</summary>
/// <remarks>Names and units follow OpenTelemetry's conventions. Tags take few values: no name, key or text of a user's.</remarks>
public static class QuiverMeter
{
    public const string Name = "Quiver";

    private static readonly Meter Meter = Create();

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    /// <summary>From the queue to a runner, per text. Tag "lane".</summary>
    public static readonly Histogram<double> QueueWait =
        Meter.CreateHistogram("quiver.queue.wait", "s", "Time a text waited for a runner.", tags: null, Durations);

    /// <summary>Computing, per unit: without the time in which it was suspended. Tag "lane".</summary>
    public static readonly Histogram<double> InferenceDuration =
        Meter.CreateHistogram("quiver.inference.duration", "s", "Time a runner computed one unit.", tags: null, Durations);

    /// <summary>How full units are. Tag "lane".</summary>
    public static readonly Histogram<int> BatchTexts = Meter.CreateHistogram(
        "quiver.batch.texts", "{text}", "Texts computed in one unit.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 3, 4, 6, 8, 16, 32, 64] });

    /// <summary>How full units are. Tag "lane".</summary>
    public static readonly Histogram<int> BatchTokens = Meter.CreateHistogram(
        "quiver.batch.tokens", "{token}", "Tokens computed in one unit.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [8, 16, 32, 64, 128, 256, 512, 1024, 8192] });

    /// <summary>Requests that were not taken on. Tag "reason": "queue_full", "closed", "quota"; of the server also "body_memory", "deadline".</summary>
    public static readonly Counter<long> Refusals = Meter.CreateCounter<long>("quiver.refusals", "{request}", "Requests that were refused.");

    /// <summary>Answers that usage could not be noted of, since the database was away for too long.</summary>
    public static readonly Counter<long> UsageLost = Meter.CreateCounter<long>("quiver.usage.lost", "{request}", "Answers that are missing from the usage.");

    /// <summary>Charges that were counted in this process because Redis was away.</summary>
    public static readonly Counter<long> LocalCharges = Meter.CreateCounter<long>("quiver.limits.local", "{charge}", "Charges counted in this process because Redis did not answer.");

    /// <summary>Inputs found in the cache. Tag "tier".</summary>
    public static readonly Counter<long> CacheHits = Meter.CreateCounter<long>("quiver.cache.hits", "{input}", "Inputs found in the cache.");

    /// <summary>Inputs looked for in the cache and not found in any tier.</summary>
    public static readonly Counter<long> CacheMisses = Meter.CreateCounter<long>("quiver.cache.misses", "{input}", "Inputs not found in the cache.");

    /// <summary>Entries that made room for others. Tag "tier".</summary>
    public static readonly Counter<long> CacheEvictions = Meter.CreateCounter<long>("quiver.cache.evictions", "{entry}", "Cached vectors that made room for others.");

    /// <summary>Lookups and writes that a tier below memory failed, or did not answer in time. Tag "tier".</summary>
    public static readonly Counter<long> CacheFailures = Meter.CreateCounter<long>("quiver.cache.failures", "{call}", "Calls that a cache tier failed or did not answer in time.");

    /// <summary>Values that a tier held and that were not what was written: counted, and taken for missing. Tag "tier".</summary>
    public static readonly Counter<long> CacheInvalid = Meter.CreateCounter<long>("quiver.cache.invalid", "{entry}", "Cached values that failed their checks.");

    /// <summary>Entries that were not written. Tag "tier": the one that did not take them, or "queue" where none got to see them.</summary>
    public static readonly Counter<long> CacheDropped = Meter.CreateCounter<long>("quiver.cache.dropped", "{entry}", "Computed vectors that a cache tier was not given.");

    /// <summary>Tokens answered. Tag "source": "computed", "cached", "shared", "public".</summary>
    public static readonly Counter<long> Tokens = Meter.CreateCounter<long>("quiver.tokens", "{token}", "Tokens of the vectors answered.");

    /// <summary>Calls to tenants' own providers. Tag "outcome": "ok", or the name of a fault.</summary>
    public static readonly Counter<long> ProviderCalls = Meter.CreateCounter<long>("quiver.provider.calls", "{call}", "Calls to tenants' own providers.");

    /// <summary>A meter of the same name, for gauges that observe one instance and end with it: dispose it then.</summary>
    public static Meter Create() => new(Name);
}
