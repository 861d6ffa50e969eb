namespace Quiver.Embedding.Scheduling;

/// <summary>How fast a runner really computes, as a moving average over its last seconds of work. Not thread-safe.</summary>
internal sealed class DrainRate
{
    /// <summary>Seconds of work after which a measurement counts for 1/e.</summary>
    private const double Memory = 5;

    // Until something was measured: 10,000 tokens a second, with little weight.
    private double _seconds = 0.01;
    private double _tokens = 100;

    /// <summary>Seconds of one runner's work per token.</summary>
    public double SecondsPerToken => _seconds / _tokens;

    public void Add(int tokens, double seconds)
    {
        var kept = Math.Exp(-seconds / Memory);
        _seconds = (_seconds * kept) + seconds;
        _tokens = (_tokens * kept) + tokens;
    }
}
