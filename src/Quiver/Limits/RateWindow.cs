namespace Quiver.Limits;

/// <summary>One limit: so many of a unit in a stretch of time, for each of some group of callers.</summary>
/// <param name="Limit">At least 1.</param>
public sealed record RateWindow(RateUnit Unit, RatePeriod Period, RateScope Scope, long Limit);

/// <summary>What is counted.</summary>
public enum RateUnit
{
    Requests,

    /// <summary>Inputs; those found in the cache at the plan's price.</summary>
    Items,

    /// <summary>Tokens of inputs, special tokens included.</summary>
    Tokens,
}

/// <summary>How long it is counted. Days and months are those of the calendar, in UTC.</summary>
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
