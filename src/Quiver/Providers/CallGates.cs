using System.Collections.Concurrent;

namespace Quiver.Providers;

/// <summary>Each tenant's gate: one for all calls to its provider, whatever is saved in place of what.</summary>
/// <remarks>Thread-safe. Bounded: where there are many, those that nobody is in are forgotten.</remarks>
internal sealed class CallGates
{
    private const int MaxKept = 10_000;

    private readonly ConcurrentDictionary<string, CallGate> _gates = new(StringComparer.Ordinal);

    public CallGate Of(string tenant)
    {
        if (_gates.TryGetValue(tenant, out var known))
            return known;
        if (_gates.Count >= MaxKept)
        {
            foreach (var idle in _gates.Where(gate => gate.Value.IsIdle))
                _gates.TryRemove(idle);
        }

        return _gates.GetOrAdd(tenant, _ => new CallGate());
    }
}
