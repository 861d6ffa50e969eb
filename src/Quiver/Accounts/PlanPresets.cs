using Quiver.Limits;

namespace Quiver.Accounts;

/// <summary>The plans of the services whose users move here, under the services' names, since three of them call one of theirs "free".</summary>
/// <remarks>Immutable; the same <see cref="Plan"/> whenever it is asked for.</remarks>
public sealed class PlanPresets
{
    private const long Burst = 10;
    private const long PerHour = 1000;
    private const long PerDay = 10_000;

    private readonly Dictionary<string, Plan> _plans;

    public PlanPresets(PresetLimits? limits = null)
    {
        limits ??= new PresetLimits();
        Plan[] plans =
        [
            Plan.Unlimited,
            new("embedcache-free") { ShortName = "free", OwnProviderOnly = true, Windows = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, limits.EmbedCacheFree)] },
            new("embedcache-paid") { ShortName = "paid", Windows = [new(RateUnit.Items, RatePeriod.Day, RateScope.Tenant, limits.EmbedCachePaid)] },
            Monthly("fastembed-free", "free", limits.FastEmbedFree),
            Monthly("fastembed-pro", "pro", limits.FastEmbedPro),
            Monthly("fastembed-scale", "scale", limits.FastEmbedScale),
            TkrEmbed(limits.TkrEmbedPerMinute),
        ];
        _plans = plans.ToDictionary(plan => plan.Name, StringComparer.Ordinal);
    }

    public IReadOnlyCollection<string> Names => _plans.Keys;

    public IReadOnlyCollection<Plan> All => _plans.Values;

    /// <summary>The plan of that name, or null.</summary>
    public Plan? Find(string name) => _plans.GetValueOrDefault(name);

    /// <summary>Of the user, whatever key asks: another key is no other quota.</summary>
    private static Plan Monthly(string name, string shortName, long limit) =>
        new(name) { ShortName = shortName, Windows = [new(RateUnit.Requests, RatePeriod.Month, RateScope.Tenant, limit)] };

    /// <summary>A rate rather than a quota: it counts what comes in, whether it was at hand or not.</summary>
    private static Plan TkrEmbed(long perMinute) => new("tkr-embed")
    {
        HitCost = 1,
        Windows =
        [
            new(RateUnit.Requests, RatePeriod.Burst, RateScope.KeyAndAddress, Burst),
            new(RateUnit.Requests, RatePeriod.Minute, RateScope.KeyAndAddress, perMinute),
            new(RateUnit.Requests, RatePeriod.Hour, RateScope.KeyAndAddress, PerHour),
            new(RateUnit.Requests, RatePeriod.Day, RateScope.KeyAndAddress, PerDay),
        ],
    };
}
