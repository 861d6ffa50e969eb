using System.Globalization;
using Quiver.Caching;
using Quiver.Storage;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>What is kept of computed vectors.</summary>
internal static class CacheSettings
{
    private const double Year = 365 * 86400.0;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<long>("cache.size", "--cache-size", Bytes(0, 1L << 40))
        {
            Description = "The most memory for vectors that were computed before; 0 keeps none. 256MiB hold some 140,000 vectors of 384 elements.",
            Get = options => options.CacheSize,
            Set = (options, size) => options with { CacheSize = size },
            // Theirs counts entries: a vector of 384 elements with its ready text takes some 7 KiB.
            ServiceVariables = [new("fastembed", "L1_CACHE_SIZE") { Translate = entries => int.TryParse(entries, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? $"{count * 8L}KiB" : entries }, new("tkr-embed", "EMBEDDING_CACHE_ENABLED") { Translate = value => value.ToUpperInvariant() is "FALSE" or "0" ? "0" : null }],
        },
        new Setting<TimeSpan?>("cache.ttl", "--cache-ttl", Optional(Seconds(0.001, Year)))
        {
            Description = "How long a computed vector is kept at most. It would not come out differently later.",
            DefaultDescription = "for as long as there is room",
            Get = options => options.CacheTimeToLive,
            Set = (options, life) => options with { CacheTimeToLive = life },
        },
        new Setting<long?>("cache.tenant_size", "--cache-tenant-size", Optional(Bytes(1, 1L << 40)))
        {
            Description = "The most memory for the vectors of one tenant. Where tenants compete for `cache.size`, who holds the most gives way in any case.",
            DefaultDescription = "as much as the others leave",
            Get = options => options.CacheTenantSize,
            Set = (options, size) => options with { CacheTenantSize = size },
        },
        new Setting<StoredElement>("cache.precision", "--cache-precision", Choice(("float32", StoredElement.Float32), ("float16", StoredElement.Float16)))
        {
            Description = "float16 halves what vectors take in Redis and in the database. Then every vector is rounded to it as it is computed, so that an answer is the same wherever it comes from.",
            Get = options => options.CachePrecision,
            Set = (options, precision) => options with { CachePrecision = precision },
        },
        new Setting<string?>("cache.version", "--cache-version", Optional(Text("WORD", "a word of your own")))
        {
            Description = "Vectors cached under another version are not found any more. What changes a model's vectors changes its revision, which does the same by itself.",
            DefaultDescription = "none",
            Get = options => options.CacheVersion is "" ? null : options.CacheVersion,
            Set = (options, version) => options with { CacheVersion = version ?? "" },
            ServiceVariables = [new("embed-cache", "MODEL_VERSION")],
        },
        new Setting<bool>("cache.keep_texts", "--cache-keep-texts", Switch)
        {
            Description = "Keep the texts beside their vectors in the database tier, for `quiver cache export` and for searches that tell texts. Of every tenant, with --auth multi.",
            Get = options => options.KeepsTexts,
            Set = (options, keeps) => options with { KeepsTexts = keeps },
        },
        new Setting<TimeSpan>("cache.timeout", "--cache-timeout", Seconds(0.001, 1))
        {
            Description = "The longest that a request waits for Redis, or for the database tier, before it is computed.",
            Get = options => options.CacheTimeout,
            Set = (options, timeout) => options with { CacheTimeout = timeout },
        },
        new Setting<string?>("cache.redis", "--cache-redis", Optional(Text("URL", "redis://:password@host:6379/0, or rediss:// with TLS", IsRedis)))
        {
            Description = "A Redis that keeps vectors for several servers. Better in the variable where it has a password.",
            DefaultDescription = "none",
            IsSecret = true,
            Get = options => options.CacheRedis,
            Set = (options, url) => options with { CacheRedis = url },
            ServiceVariables = [new("fastembed", "REDIS_URL") { Translate = url => url.Contains("://", StringComparison.Ordinal) ? url : $"redis://{url}" }],
        },
        new Setting<TimeSpan>("cache.redis_ttl", "--cache-redis-ttl", Seconds(1, Year))
        {
            Description = "How long Redis keeps a vector after it was last written there.",
            Get = options => options.CacheRedisTimeToLive,
            Set = (options, life) => options with { CacheRedisTimeToLive = life },
            ServiceVariables = [new("fastembed", "L2_CACHE_TTL")],
        },
        new Setting<bool?>("cache.database", "--cache-database", Optional(Switch))
        {
            Description = "Keep vectors in a database, so that a restart computes nothing anew: on SQLite the file cache.db in `data_dir`, on PostgreSQL beside the other tables.",
            DefaultDescription = "true where a database is used (`database.url`, --auth multi)",
            Get = options => options.CacheDatabase,
            Set = (options, use) => options with { CacheDatabase = use },
        },
        new Setting<long>("cache.database_size", "--cache-database-size", Bytes(1 << 20, 1L << 50))
        {
            Description = "The most bytes of rows in the database tier. What was not asked for longest makes room, of the tenant who has the most.",
            Get = options => options.CacheDatabaseSize,
            Set = (options, size) => options with { CacheDatabaseSize = size },
        },
        new Setting<long?>("cache.database_tenant_size", "--cache-database-tenant-size", Optional(Bytes(1 << 10, 1L << 50)))
        {
            Description = "The most bytes of one tenant's rows in the database tier.",
            DefaultDescription = "as many as the others leave",
            Get = options => options.CacheDatabaseTenantSize,
            Set = (options, size) => options with { CacheDatabaseTenantSize = size },
        },
        new Setting<TimeSpan?>("cache.database_ttl", "--cache-database-ttl", Optional(Seconds(1, 100 * Year)))
        {
            Description = "How long the database tier keeps a vector after it was computed.",
            DefaultDescription = "for as long as there is room",
            Get = options => options.CacheDatabaseTimeToLive,
            Set = (options, life) => options with { CacheDatabaseTimeToLive = life },
        },
    ];

    private static bool IsRedis(string url)
    {
        try
        {
            RedisAddress.Parse(url);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
