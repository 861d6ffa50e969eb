using System.Collections.Concurrent;

namespace Quiver.Limits;

/// <summary>
/// Spares a counter elsewhere the looks of requests that cost nothing: headers of hits tell what was so at most a second ago. Charges and refunds
/// go through.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RecentStandings(IRateCounter counter, TimeProvider time) : IRateCounter
{
    private const long MaxAge = 1_000_000;
    private const int MaxCallers = 50_000;

    private readonly ConcurrentDictionary<CounterId, ChargeOutcome> _recent = new();
    private int _callers;

    public ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        if (Array.TrueForAll(charges, charge => charge.Amount == 0) && _recent.TryGetValue(charges[0].Id, out var recent) && IsFresh(recent) && IsOf(recent, charges))
            return ValueTask.FromResult(recent with { Granted = true });
        return AskAsync(charges, cancellationToken);
    }

    public ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken)
    {
        _recent.TryRemove(charges[0].Id, out _);
        return counter.RefundAsync(charges, outcome, cancellationToken);
    }

    private async ValueTask<ChargeOutcome> AskAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        var outcome = await counter.ChargeAsync(charges, cancellationToken);
        if (!_recent.TryAdd(charges[0].Id, outcome))
            _recent[charges[0].Id] = outcome;
        else if (Interlocked.Increment(ref _callers) % MaxCallers == 0)
            _recent.Clear();
        return outcome;
    }

    private bool IsFresh(in ChargeOutcome outcome) => RateClock.Now(time) - outcome.At is >= 0 and < MaxAge;

    /// <summary>Another plan of the same caller begins with the same counter, perhaps.</summary>
    private static bool IsOf(in ChargeOutcome outcome, CounterCharge[] charges)
    {
        if (outcome.Standings.Length != charges.Length)
            return false;
        for (var i = 0; i < charges.Length; i++)
        {
            if (!ReferenceEquals(outcome.Standings[i].Window, charges[i].Rule.Window))
                return false;
        }

        return true;
    }
}
