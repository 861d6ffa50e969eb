using Quiver.Diagnostics;

namespace Quiver.Limits;

/// <summary>What one request takes of its caller's limits.</summary>
/// <remarks>For one thread at a time. A request of several computations is charged for each, and is one request all the same.</remarks>
public sealed class RequestCharge
{
    private static readonly KeyValuePair<string, object?> QuotaTag = new("reason", "quota");

    private readonly IRateCounter _counter;
    private readonly WindowRule[] _rules;
    private readonly RateSubject _subject;
    private readonly double _hitCost;
    private readonly List<(CounterCharge[] Charges, ChargeOutcome Outcome)> _taken = new(1);
    private long _requestTaken;

    internal RequestCharge(IRateCounter counter, WindowRule[] rules, in RateSubject subject, double hitCost)
    {
        _counter = counter;
        _rules = rules;
        _subject = subject;
        _hitCost = hitCost;
    }

    /// <summary>What is left of each window of the plan, as of the last charge; empty before the first.</summary>
    public IReadOnlyList<WindowStanding> Standings { get; private set; } = [];

    /// <summary>When <see cref="Standings"/> was so, in UTC.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>Charges a cost to every window, or to none of them.</summary>
    /// <exception cref="QuiverException">
    /// A window has less left (<see cref="ErrorKind.QuotaExceeded"/>), or never allows so much at once (<see cref="ErrorKind.RequestTooLarge"/>);
    /// what keeps the counts is away (<see cref="ErrorKind.Unavailable"/>).
    /// </exception>
    public async ValueTask TakeAsync(RequestCost cost, CancellationToken cancellationToken)
    {
        var charges = ChargesFor(cost);
        var outcome = await _counter.ChargeAsync(charges, cancellationToken);
        (Standings, At) = (outcome.Standings, RateClock.At(outcome.At));
        if (!outcome.Granted)
            throw Refusal(charges, outcome);
        _requestTaken = Math.Max(_requestTaken, cost.Of(RateUnit.Requests, _hitCost));
        if (Array.Exists(charges, charge => charge.Amount > 0))
            _taken.Add((charges, outcome));
    }

    /// <summary>Gives back all that was taken: the request failed, and not by its caller's fault.</summary>
    public async ValueTask RefundAsync(CancellationToken cancellationToken)
    {
        // Backwards, and each forgotten first: a second call, or one after a failure, gives nothing back twice.
        while (_taken is [.., var (charges, outcome)])
        {
            _taken.RemoveAt(_taken.Count - 1);
            await _counter.RefundAsync(charges, outcome, cancellationToken);
        }

        _requestTaken = 0;
    }

    private CounterCharge[] ChargesFor(RequestCost cost)
    {
        var charges = new CounterCharge[_rules.Length];
        for (var i = 0; i < charges.Length; i++)
        {
            var window = _rules[i].Window;
            var amount = cost.Of(window.Unit, _hitCost) - (window.Unit == RateUnit.Requests ? _requestTaken : 0);
            charges[i] = new CounterCharge(_subject.IdOf(window), _rules[i], Math.Max(0, amount));
        }

        return charges;
    }

    private static QuiverException Refusal(CounterCharge[] charges, in ChargeOutcome outcome)
    {
        var worst = 0;
        for (var i = 1; i < charges.Length; i++)
        {
            if (Severity(outcome.Standings[i]) > Severity(outcome.Standings[worst]))
                worst = i;
        }

        var (standing, window) = (outcome.Standings[worst], charges[worst].Rule.Window);
        var asked = (charges[worst].Amount + WindowRule.Unit - 1) / WindowRule.Unit;
        var limit = $"{window.Limit} {window.UnitName} per {window.PeriodName}";
        QuiverMeter.Refusals.Add(1, QuotaTag);
        if (standing.Wait is not { } wait)
            return new QuiverException(ErrorKind.RequestTooLarge, $"This request counts as {asked} {window.UnitName}, and the plan allows {limit}. Send fewer inputs at a time.");
        return new QuiverException(ErrorKind.QuotaExceeded, $"The limit of {limit} is reached: {standing.Remaining} left, {asked} asked.")
        {
            RetryAfter = wait,
            Limit = new ExceededLimit(window.Limit, window.UnitName, window.PeriodName, RateClock.At(outcome.At) + standing.Full),
        };
    }

    private static TimeSpan Severity(in WindowStanding standing) => standing.Wait ?? TimeSpan.MaxValue;
}
