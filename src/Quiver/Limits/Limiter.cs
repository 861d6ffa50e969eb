using System.Runtime.CompilerServices;

namespace Quiver.Limits;

/// <summary>Says what requests may still be computed. One for the whole server.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class Limiter
{
    private readonly ConditionalWeakTable<IReadOnlyList<RateWindow>, WindowRule[]> _rules = [];
    private readonly IRateCounter _counter;

    /// <summary>Counts in this process alone.</summary>
    public Limiter(TimeProvider time)
        : this(new MemoryRateCounter(time))
    {
    }

    internal Limiter(IRateCounter counter) => _counter = counter;

    /// <summary>The account of one request, for the embedding requests it makes; null where no window limits it.</summary>
    /// <param name="windows">Of the caller's plan: the same list for each of its requests.</param>
    /// <param name="hitCost">What an input found in the cache counts, as a share of a computed one.</param>
    public RequestCharge? Begin(in RateSubject subject, IReadOnlyList<RateWindow> windows, double hitCost)
    {
        if (windows.Count == 0)
            return null;
        var rules = _rules.GetValue(windows, static windows => [.. windows.Select(window => WindowRule.Of(window, windows))]);
        return new RequestCharge(_counter, rules, subject, hitCost);
    }
}
