namespace Quiver.Limits;

/// <summary>The states of some counters, read from a store and changed before they are written back. For one thread.</summary>
/// <param name="read">By the name of the counter; those that are missing are new.</param>
internal sealed class CounterStates(IReadOnlyDictionary<string, string> read)
{
    private readonly Dictionary<CounterId, (string Name, CounterState State, WindowRule Rule)> _counters = [];
    private readonly HashSet<CounterId> _changed = [];

    /// <summary>The name of each counter that is other than it was read, its state, and the microsecond from which on it says nothing.</summary>
    public IEnumerable<(string Name, string State, long End)> Changed =>
        _changed.Select(id => _counters[id]).Select(counter => (counter.Name, counter.State.ToString(), counter.Rule.EndOf(counter.State)));

    /// <summary>Charges, looks, or gives back.</summary>
    /// <param name="refundOf">When what is given back was charged; null for a charge.</param>
    public ChargeOutcome Apply(CounterCharge[] charges, long? refundOf, long now)
    {
        var states = Array.ConvertAll(charges, charge => Settled(charge, now));
        if (refundOf is { } at)
        {
            for (var i = 0; i < charges.Length; i++)
                charges[i].Rule.Remove(states[i], now, at, charges[i].Amount);
            Note(charges);
            return new ChargeOutcome(true, now, []);
        }

        var granted = true;
        for (var i = 0; i < charges.Length; i++)
            granted &= charges[i].Amount == 0 || charges[i].Rule.Fits(states[i], now, charges[i].Amount);
        if (granted)
        {
            for (var i = 0; i < charges.Length; i++)
            {
                if (charges[i].Amount > 0)
                    charges[i].Rule.Add(states[i], now, charges[i].Amount);
            }

            Note(charges);
        }

        var standings = new WindowStanding[charges.Length];
        for (var i = 0; i < standings.Length; i++)
            standings[i] = charges[i].Rule.Standing(states[i], now, granted ? 0 : charges[i].Amount);
        return new ChargeOutcome(granted, now, standings);
    }

    private CounterState Settled(in CounterCharge charge, long now)
    {
        if (!_counters.TryGetValue(charge.Id, out var counter))
        {
            var name = charge.Id.ToString();
            counter = (name, read.TryGetValue(name, out var text) ? CounterState.Parse(text) : new CounterState(), charge.Rule);
            _counters.Add(charge.Id, counter);
        }

        if (charge.Rule.Settle(counter.State, now))
            _changed.Add(charge.Id);
        return counter.State;
    }

    private void Note(CounterCharge[] charges)
    {
        foreach (var charge in charges)
        {
            if (charge.Amount > 0)
                _changed.Add(charge.Id);
        }
    }
}
