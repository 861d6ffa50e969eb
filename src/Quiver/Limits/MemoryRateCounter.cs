namespace Quiver.Limits;

/// <summary>Counts kept in this process: exact, in about a microsecond, and gone with it.</summary>
/// <remarks>Counters lie in stripes, each under its lock; a charge takes the locks of its stripes in their order.</remarks>
internal sealed class MemoryRateCounter : IRateCounter
{
    private const int StripeCount = 64;

    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private readonly TimeProvider _time;

    /// <param name="maxCounters">Beyond these the counters that say least make room: callers may come from any number of addresses.</param>
    public MemoryRateCounter(TimeProvider time, int maxCounters = 500_000)
    {
        _time = time;
        for (var i = 0; i < StripeCount; i++)
            _stripes[i] = new Stripe(Math.Max(1, maxCounters / StripeCount));
    }

    /// <summary>Counters kept at this moment.</summary>
    public int Count
    {
        get
        {
            var count = 0;
            foreach (var stripe in _stripes)
            {
                lock (stripe)
                    count += stripe.Count;
            }

            return count;
        }
    }

    public ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        var stripes = Enter(charges);
        try
        {
            return ValueTask.FromResult(Charge(charges, RateClock.Now(_time)));
        }
        finally
        {
            Exit(stripes);
        }
    }

    public ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken)
    {
        var stripes = Enter(charges);
        try
        {
            var now = RateClock.Now(_time);
            foreach (var charge in charges)
            {
                if (StripeOf(charge.Id).Find(charge.Id) is not { } state)
                    continue;
                charge.Rule.Settle(state, now);
                charge.Rule.Remove(state, now, outcome.At, charge.Amount);
            }

            return ValueTask.CompletedTask;
        }
        finally
        {
            Exit(stripes);
        }
    }

    private ChargeOutcome Charge(CounterCharge[] charges, long now)
    {
        var granted = true;
        foreach (var charge in charges)
        {
            var state = StripeOf(charge.Id).Find(charge.Id);
            if (state is not null)
                charge.Rule.Settle(state, now);
            granted &= charge.Amount == 0 || charge.Rule.Fits(state ?? CounterState.New(charge.Rule, now), now, charge.Amount);
        }

        var standings = new WindowStanding[charges.Length];
        for (var i = 0; i < charges.Length; i++)
        {
            var charge = charges[i];
            var state = StripeOf(charge.Id).Find(charge.Id) ?? CounterState.New(charge.Rule, now);
            if (granted && charge.Amount > 0)
            {
                charge.Rule.Add(state, now, charge.Amount);
                StripeOf(charge.Id).Keep(charge, state, now);
            }

            standings[i] = charge.Rule.Standing(state, now, granted ? 0 : charge.Amount);
        }

        return new ChargeOutcome(granted, now, standings);
    }

    private Stripe StripeOf(CounterId id) => _stripes[IndexOf(id)];

    private static int IndexOf(CounterId id) => id.GetHashCode() & (StripeCount - 1);

    /// <returns>The stripes entered, a bit for each.</returns>
    private ulong Enter(CounterCharge[] charges)
    {
        var stripes = 0UL;
        foreach (var charge in charges)
            stripes |= 1UL << IndexOf(charge.Id);
        for (var rest = stripes; rest != 0; rest &= rest - 1)
            Monitor.Enter(_stripes[System.Numerics.BitOperations.TrailingZeroCount(rest)]);
        return stripes;
    }

    private void Exit(ulong stripes)
    {
        for (var rest = stripes; rest != 0; rest &= rest - 1)
            Monitor.Exit(_stripes[System.Numerics.BitOperations.TrailingZeroCount(rest)]);
    }

    /// <summary>Some of the counters. Used under its lock.</summary>
    private sealed class Stripe(int capacity)
    {
        /// <summary>Looked at to find one that may go.</summary>
        private const int Sample = 16;

        private readonly Dictionary<CounterId, (WindowRule Rule, CounterState State)> _counters = [];

        public int Count => _counters.Count;

        public CounterState? Find(CounterId id) => _counters.TryGetValue(id, out var counter) ? counter.State : null;

        public void Keep(CounterCharge charge, CounterState state, long now)
        {
            if (_counters.Count >= capacity && !_counters.ContainsKey(charge.Id))
                MakeRoom(now);
            _counters[charge.Id] = (charge.Rule, state);
        }

        /// <summary>Forgets of a few counters those that are over, or the one that is over first.</summary>
        private void MakeRoom(long now)
        {
            var sample = _counters.Take(Sample).Select(counter => (counter.Key, End: counter.Value.Rule.EndOf(counter.Value.State))).OrderBy(counter => counter.End).ToList();
            for (var i = 0; i < sample.Count && (i == 0 || sample[i].End <= now); i++)
                _counters.Remove(sample[i].Key);
        }
    }
}
