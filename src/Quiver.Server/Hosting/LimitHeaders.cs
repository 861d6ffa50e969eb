using System.Globalization;
using System.Text;
using Quiver.Limits;

namespace Quiver.Server.Hosting;

/// <summary>What is left of a plan's windows, in the headers of draft-ietf-httpapi-ratelimit-headers-10, which every dialect's answers carry.</summary>
internal static class LimitHeaders
{
    public static void Write(IHeaderDictionary headers, IReadOnlyList<WindowStanding> standings, DateTimeOffset at)
    {
        var (policy, state) = (new StringBuilder(64 * standings.Count), new StringBuilder(48 * standings.Count));
        foreach (var standing in standings)
        {
            var window = standing.Window;
            var separator = policy.Length > 0 ? ", " : "";
            var name = $"{window.UnitName}-{window.PeriodName}{ScopeSuffix(window.Scope)}";
            policy.Append(CultureInfo.InvariantCulture, $"{separator}\"{name}\";q={window.Limit}");
            // A bucket has no window: it refills all the time.
            if (window.Period != RatePeriod.Burst)
                policy.Append(CultureInfo.InvariantCulture, $";w={Seconds(window.Period, at)}");
            if (window.Unit != RateUnit.Requests)
                policy.Append(CultureInfo.InvariantCulture, $";qu=\"{window.UnitName}\"");
            state.Append(CultureInfo.InvariantCulture, $"{separator}\"{name}\";r={standing.Remaining};t={Whole(standing.Next)}");
        }

        headers["RateLimit-Policy"] = policy.ToString();
        headers["RateLimit"] = state.ToString();
    }

    /// <summary>Seconds, rounded up: whoever comes back then does not come too early.</summary>
    public static long Whole(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The window of a unit that leaves the least, by its share of the limit; null where none counts that unit.</summary>
    public static WindowStanding? Tightest(IReadOnlyList<WindowStanding> standings, RateUnit unit)
    {
        WindowStanding? tightest = null;
        foreach (var standing in standings)
        {
            if (standing.Window.Unit == unit && (tightest is not { } least || Share(standing) < Share(least)))
                tightest = standing;
        }

        return tightest;
    }

    /// <summary>The window of a period, or null.</summary>
    public static WindowStanding? Of(IReadOnlyList<WindowStanding> standings, RatePeriod period)
    {
        foreach (var standing in standings)
        {
            if (standing.Window.Period == period)
                return standing;
        }

        return null;
    }

    private static double Share(in WindowStanding standing) => (double)standing.Remaining / standing.Window.Limit;

    private static string ScopeSuffix(RateScope scope) => scope switch
    {
        RateScope.Tenant => "",
        RateScope.Key => "-key",
        RateScope.Address => "-address",
        _ => "-key-address",
    };

    private static long Seconds(RatePeriod period, DateTimeOffset at) => period switch
    {
        RatePeriod.Second => 1,
        RatePeriod.Minute => 60,
        RatePeriod.Hour => 3600,
        RatePeriod.Day => 86_400,
        _ => 86_400L * DateTime.DaysInMonth(at.Year, at.Month),
    };
}
