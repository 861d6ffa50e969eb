namespace Quiver.Limits;

/// <summary>What a request needs, by where it comes from.</summary>
/// <param name="Hits">Inputs whose vectors are at hand.</param>
/// <param name="Misses">Inputs to compute.</param>
/// <param name="HitTokens">Of those at hand, special tokens included.</param>
/// <param name="MissTokens">Of those to compute, special tokens included.</param>
public readonly record struct RequestCost(int Hits, int Misses, long HitTokens, long MissTokens)
{
    /// <summary>In thousandths of a unit.</summary>
    /// <param name="hitCost">What a hit counts, as a share of a miss.</param>
    internal long Of(RateUnit unit, double hitCost) => unit switch
    {
        // A request with anything to compute is a whole one.
        RateUnit.Requests => Misses > 0 ? WindowRule.Unit : Share(Math.Min(1, Hits), hitCost),
        RateUnit.Items => (Misses * WindowRule.Unit) + Share(Hits, hitCost),
        RateUnit.Tokens => (MissTokens * WindowRule.Unit) + Share(HitTokens, hitCost),
        _ => throw new ArgumentOutOfRangeException(nameof(unit), unit, "A unit that nothing counts."),
    };

    private static long Share(long units, double hitCost) => (long)Math.Ceiling(units * WindowRule.Unit * hitCost);
}
