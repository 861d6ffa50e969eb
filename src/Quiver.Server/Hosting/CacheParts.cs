using Quiver.Caching;
using Quiver.Server.Configuration;
using Quiver.Storage;

namespace Quiver.Server.Hosting;

/// <summary>The tiers of the cache as the options have them, and what they stand on.</summary>
internal sealed partial class CacheParts : IAsyncDisposable
{
    private readonly RedisServer? _redis;
    private readonly Database? _database;
    private ILogger? _logger;

    private CacheParts(TieredCache tiers, RedisServer? redis, Database? database)
    {
        (Tiers, _redis, _database) = (tiers, redis, database);
        Tiers.TierChanged += OnTierChanged;
    }

    /// <summary>Belongs to the <see cref="Embedding.EmbeddingService"/> that is made with it.</summary>
    public TieredCache Tiers { get; }

    /// <exception cref="Storage.Migrations.MigrationException">The database of the cache is not one of this program.</exception>
    /// <exception cref="Diagnostics.QuiverException">It does not answer.</exception>
    public static async Task<CacheParts> CreateAsync(ServeOptions options, MemoryTierOptions memory, TimeProvider time, CancellationToken cancellationToken)
    {
        var below = new List<ICacheTier>();
        var redis = options.CacheRedis is { } url ? new RedisServer(RedisAddress.Parse(url)) : null;
        if (redis is not null)
            below.Add(new RedisTier(redis, new RedisTierOptions { TimeToLive = options.CacheRedisTimeToLive, Element = options.CachePrecision }));
        var database = options.UsesCacheDatabase ? await DatabaseStart.OpenCacheAsync(options, time, cancellationToken) : null;
        if (database is not null)
            below.Add(new DatabaseTier(database, RowOptions(options), time));
        var tiers = new TieredCacheOptions { Memory = memory, Element = options.CachePrecision, Circuit = new CircuitOptions { FindTimeout = options.CacheTimeout } };
        return new CacheParts(new TieredCache(tiers, below, time), redis, database);
    }

    /// <summary>From now on it is logged when a tier goes away and comes back; there is no log when the parts are made.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    public async ValueTask DisposeAsync()
    {
        Tiers.TierChanged -= OnTierChanged;
        await Tiers.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private static DatabaseTierOptions RowOptions(ServeOptions options) => new()
    {
        MaxBytes = options.CacheDatabaseSize,
        TenantMaxBytes = options.CacheDatabaseTenantSize,
        TimeToLive = options.CacheDatabaseTimeToLive,
        Element = options.CachePrecision,
    };

    private void OnTierChanged(string tier, bool isInUse)
    {
        if (_logger is not { } logger)
            return;
        if (isInUse)
            LogBack(logger, tier);
        else
            LogAway(logger, tier);
    }

    [LoggerMessage(1040, LogLevel.Warning, "The cache's {Tier} tier does not answer; requests go on without it until it does.")]
    private static partial void LogAway(ILogger logger, string tier);

    [LoggerMessage(1041, LogLevel.Information, "The cache's {Tier} tier answers again.")]
    private static partial void LogBack(ILogger logger, string tier);
}
