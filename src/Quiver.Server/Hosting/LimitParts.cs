using Quiver.Accounts;
using Quiver.Limits;
using Quiver.Limits.Usage;
using Quiver.Server.Configuration;
using Quiver.Storage;

namespace Quiver.Server.Hosting;

/// <summary>What counts callers' requests: in Redis where one is named, else in the database where there is one, else in this process.</summary>
internal sealed partial class LimitParts : IAsyncDisposable
{
    private readonly RedisServer? _redis;
    private readonly DatabaseRateCounter? _inDatabase;
    private ILogger? _logger;

    /// <param name="database">null where nothing needs one; the usage then ends with the process.</param>
    public LimitParts(ServeOptions options, Database? database, TimeProvider time)
    {
        Usage = new UsageLedger(database, time, OnUsageChange);
        AnonymousPlan = options.Plan is { } plan ? new PlanPresets(options.PlanLimits).Find(plan)! : Plan.Unlimited;
        if (options.LimitRedis is { } url)
        {
            _redis = new RedisServer(RedisAddress.Parse(url));
            var fallback = new LocalFallbackOptions { Processes = options.Replicas, Refuses = options.RefusesWithoutLimits };
            Limiter = new Limiter(new RecentStandings(new LocalFallback(new RedisRateCounter(_redis, time), fallback, time, OnRedisChange), time));
        }
        else if (database is not null)
        {
            _inDatabase = new DatabaseRateCounter(database, time);
            Limiter = new Limiter(new RecentStandings(_inDatabase, time));
        }
        else
        {
            Limiter = new Limiter(time);
        }
    }

    public Limiter Limiter { get; }

    public UsageLedger Usage { get; }

    /// <summary>Holds for callers of a server without accounts.</summary>
    public Plan AnonymousPlan { get; }

    /// <summary>From now on changes are logged; there is no log when the parts are made.</summary>
    public void LogTo(ILogger logger) => _logger = logger;

    public async ValueTask DisposeAsync()
    {
        await Usage.DisposeAsync();
        if (_inDatabase is not null)
            await _inDatabase.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
    }

    private void OnRedisChange(bool isInUse)
    {
        if (_logger is not { } logger)
            return;
        if (isInUse)
            LogShared(logger);
        else
            LogLocal(logger);
    }

    private void OnUsageChange(bool isWritten)
    {
        if (_logger is not { } logger)
            return;
        if (isWritten)
            LogUsageWritten(logger);
        else
            LogUsageKept(logger);
    }

    [LoggerMessage(1030, LogLevel.Warning, "Redis does not answer; limits are counted in this process, which allows its share of them, until it does.")]
    private static partial void LogLocal(ILogger logger);

    [LoggerMessage(1031, LogLevel.Information, "Redis answers; limits are counted there again.")]
    private static partial void LogShared(ILogger logger);

    [LoggerMessage(1032, LogLevel.Warning, "Usage cannot be written to the database; it is kept in memory until it can.")]
    private static partial void LogUsageKept(ILogger logger);

    [LoggerMessage(1033, LogLevel.Information, "Usage is written to the database again.")]
    private static partial void LogUsageWritten(ILogger logger);
}
