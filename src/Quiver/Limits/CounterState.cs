using System.Globalization;
using System.Text;

namespace Quiver.Limits;

/// <summary>What is kept of one counter: how much was used in each slot of time, the oldest first. A <see cref="WindowRule"/> reads and changes it.</summary>
internal sealed class CounterState
{
    private readonly List<Slot> _slots = [];

    public IReadOnlyList<Slot> Slots => _slots;

    /// <summary>Of all slots.</summary>
    public long Used { get; private set; }

    /// <summary>That of a counter nobody has used, settled for a time.</summary>
    public static CounterState New(WindowRule rule, long now)
    {
        var state = new CounterState();
        rule.Settle(state, now);
        return state;
    }

    public void Add(long slot, long amount)
    {
        Used += amount;
        if (_slots.Count > 0 && _slots[^1].Number == slot)
            _slots[^1] = new Slot(slot, _slots[^1].Used + amount);
        else
            _slots.Add(new Slot(slot, amount));
    }

    /// <summary>Takes back from a slot, but never more than it holds.</summary>
    public void Remove(long slot, long amount)
    {
        var index = _slots.FindIndex(candidate => candidate.Number == slot);
        if (index < 0)
            return;
        var taken = Math.Min(amount, _slots[index].Used);
        Used -= taken;
        _slots[index] = new Slot(slot, _slots[index].Used - taken);
    }

    /// <summary>Forgets slots before <paramref name="oldest"/>, and moves what lies after <paramref name="current"/> into it: the clock was set back.</summary>
    /// <returns>Whether anything was moved.</returns>
    public bool Settle(long oldest, long current)
    {
        var old = 0;
        while (old < _slots.Count && _slots[old].Number < oldest)
            Used -= _slots[old++].Used;
        if (old > 0)
            _slots.RemoveRange(0, old);

        var ahead = 0L;
        while (_slots.Count > 0 && _slots[^1].Number > current)
        {
            ahead += _slots[^1].Used;
            _slots.RemoveAt(_slots.Count - 1);
        }

        Used -= ahead;
        if (ahead > 0)
            Add(current, ahead);
        return ahead > 0;
    }

    /// <summary>Puts one slot in the place of all.</summary>
    public void Set(long slot, long amount)
    {
        _slots.Clear();
        _slots.Add(new Slot(slot, amount));
        Used = amount;
    }

    /// <summary>As "slot:used slot:used", for stores.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (number, used) in _slots)
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 0 ? " " : "")}{number}:{used}");
        return text.ToString();
    }

    /// <exception cref="FormatException">The text is not what <see cref="ToString"/> gives.</exception>
    public static CounterState Parse(string text)
    {
        var state = new CounterState();
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                throw new FormatException("A counter's state has a slot without its use.");
            state.Add(long.Parse(part.AsSpan(0, colon), CultureInfo.InvariantCulture), long.Parse(part.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        }

        return state;
    }

    internal readonly record struct Slot(long Number, long Used);
}
