using Quiver.Accounts;
using Quiver.Storage;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>How much callers may ask for.</summary>
internal static class LimitSettings
{
    private static readonly string Plans = string.Join(", ", new PlanPresets().Names);

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<string?>("limits.plan", "--plan", Optional(Text("NAME", $"the name of a plan: {Plans}", name => new PlanPresets().Find(name) is not null)))
        {
            Description = $"The plan that limits callers of a server without accounts, of which a key, or with some plans a key from one address, has one count. Plans are {Plans}.",
            DefaultDescription = "none: no limits",
            Get = options => options.Plan,
            Set = (options, plan) => options with { Plan = plan },
            ServiceVariables = [new("tkr-embed", "EMBEDDING_RATE_LIMIT_ENABLED") { Translate = text => text.ToUpperInvariant() is "TRUE" or "1" ? "tkr-embed" : null }],
        },
        new Setting<string?>("limits.redis", "--limit-redis", Optional(Text("URL", "redis://:password@host:6379/0, or rediss:// with TLS", IsRedis)))
        {
            Description = "A Redis in which all replicas count together; it must not evict keys (maxmemory-policy noeviction). Better in the variable where it has a password.",
            DefaultDescription = "limits are counted in the database where there is one, else in the process",
            IsSecret = true,
            Get = options => options.LimitRedis,
            Set = (options, url) => options with { LimitRedis = url },
            ServiceVariables = [new("embed-cache", "REDIS_URL")],
        },
        new Setting<int>("limits.replicas", "--replicas", Integer(1, 1000))
        {
            Description = "How many processes share the limits. While Redis does not answer, each allows its part of them.",
            Get = options => options.Replicas,
            Set = (options, replicas) => options with { Replicas = replicas },
        },
        new Setting<bool>("limits.strict", "--strict-limits", Switch)
        {
            Description = "Whether requests are refused (503) while Redis does not answer, rather than counted in each process.",
            Get = options => options.RefusesWithoutLimits,
            Set = (options, refuses) => options with { RefusesWithoutLimits = refuses },
        },
        Number("limits.embedcache_free", "--embedcache-free-limit", "Items a day of the plan embedcache-free.", ("embed-cache", "FREE_TIER_DAILY_LIMIT"), limits => limits.EmbedCacheFree, (limits, number) => limits with { EmbedCacheFree = number }),
        Number("limits.embedcache_paid", "--embedcache-paid-limit", "Items a day of the plan embedcache-paid.", ("embed-cache", "PAID_TIER_DAILY_LIMIT"), limits => limits.EmbedCachePaid, (limits, number) => limits with { EmbedCachePaid = number }),
        Number("limits.fastembed_free", "--fastembed-free-limit", "Requests a month of the plan fastembed-free.", ("fastembed", "FREE_TIER_LIMIT"), limits => limits.FastEmbedFree, (limits, number) => limits with { FastEmbedFree = number }),
        Number("limits.fastembed_pro", "--fastembed-pro-limit", "Requests a month of the plan fastembed-pro.", ("fastembed", "PRO_TIER_LIMIT"), limits => limits.FastEmbedPro, (limits, number) => limits with { FastEmbedPro = number }),
        Number("limits.fastembed_scale", "--fastembed-scale-limit", "Requests a month of the plan fastembed-scale.", ("fastembed", "SCALE_TIER_LIMIT"), limits => limits.FastEmbedScale, (limits, number) => limits with { FastEmbedScale = number }),
        Number("limits.tkr_embed_per_minute", "--tkr-embed-per-minute", "Requests a minute of the plan tkr-embed.", ("tkr-embed", "EMBEDDING_RATE_LIMIT_RPM"), limits => limits.TkrEmbedPerMinute, (limits, number) => limits with { TkrEmbedPerMinute = number }),
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

    private static Setting<int> Number(
        string path, string flag, string description, (string Profile, string Name) variable, Func<PresetLimits, long> get, Func<PresetLimits, long, PresetLimits> set) =>
        new(path, flag, Integer(1, int.MaxValue))
        {
            Description = description,
            Get = options => (int)get(options.PlanLimits),
            Set = (options, number) => options with { PlanLimits = set(options.PlanLimits, number) },
            ServiceVariables = [new(variable.Profile, variable.Name)],
        };
}
