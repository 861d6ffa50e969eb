namespace Quiver.Limits;

/// <summary>One limit: so many of a unit in a stretch of time, for each of some group of callers.</summary>
/// <param name="Limit">At least 1.</param>
public sealed record RateWindow(RateUnit Unit, RatePeriod Period, RateScope Scope, long Limit)
{
    /// <summary>"requests".</summary>
    public string UnitName => Unit switch
    {
        RateUnit.Requests => "requests",
        RateUnit.Items => "items",
        RateUnit.Tokens => "tokens",
        _ => throw new InvalidOperationException("A unit without a name."),
    };

    /// <summary>"minute".</summary>
    public string PeriodName => Period switch
    {
        RatePeriod.Burst => "burst",
        RatePeriod.Second => "second",
        RatePeriod.Minute => "minute",
        RatePeriod.Hour => "hour",
        RatePeriod.Day => "day",
        RatePeriod.Month => "month",
        _ => throw new InvalidOperationException("A period without a name."),
    };
}

/// <summary>What is counted.</summary>
public enum RateUnit
{
    Requests,

    /// <summary>Inputs; those found in the cache at the plan's price.</summary>
    Items,

    /// <summary>Tokens of inputs, special tokens included.</summary>
    Tokens,
}

/// <summary>How long it is counted. Days and months are those of the calendar, in UTC; the others end at the present.</summary>
public enum RatePeriod
{
    /// <summary>A bucket that holds the limit and refills evenly at the rate of the plan's minute window.</summary>
    Burst,
    Second,
    Minute,
    Hour,
    Day,
    Month,
}

/// <summary>Who shares one count.</summary>
public enum RateScope
{
    Tenant,
    Key,
    Address,

    /// <summary>One key from one address.</summary>
    KeyAndAddress,
}
