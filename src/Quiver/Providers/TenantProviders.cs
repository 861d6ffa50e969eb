using System.Collections.Concurrent;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>Each tenant's provider, ready to be asked; what the database said is believed for a second.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class TenantProviders(ProviderStore store, ProviderClient client, TimeProvider time)
{
    private const int MaxKnown = 10_000;

    /// <summary>What a provider is asked to learn the width of its vectors: nobody's text.</summary>
    private const string Probe = "quiver";

    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    private readonly CallGates _gates = new();
    private readonly WidthProbes _probes = new(time);

    /// <returns>null if the tenant has none.</returns>
    /// <exception cref="QuiverException">
    /// The database is away (<see cref="ErrorKind.Unavailable"/>); or the provider was never asked before, and does not answer (<see cref="ErrorKind.ProviderFailed"/>).
    /// </exception>
    public async ValueTask<TenantProvider?> FindAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(tenant, out var known) && time.GetElapsedTime(known.At) < Freshness)
            return known.Provider;
        var stored = await store.FindAsync(tenant, cancellationToken);
        if (stored is null)
            return Keep(tenant, null);
        if (known?.Provider is { } same && same.Source == (stored.Id, stored.Version))
            return Keep(tenant, same);
        var (key, gate) = (store.Open(stored), _gates.Of(tenant));
        if (stored.Width is { } width)
            return Keep(tenant, new TenantProvider(stored, width, key, client, gate));
        // It may have been saved anew meanwhile, so what is ready now is not kept: the next who asks reads the row.
        return new TenantProvider(stored, await _probes.WidthAsync(stored, LearnAsync, cancellationToken), key, client, gate);

        async Task<int> LearnAsync(CancellationToken token)
        {
            var learnt = await WidthAsync(tenant, stored.Definition, key, token);
            await store.KeepWidthAsync(stored, learnt, token);
            return learnt;
        }
    }

    /// <inheritdoc cref="ProviderStore.FindAsync"/>
    public Task<StoredProvider?> ShowAsync(string tenant, CancellationToken cancellationToken) => store.FindAsync(tenant, cancellationToken);

    /// <summary>Saves a tenant's provider in place of the one there was.</summary>
    /// <param name="verify">Whether it must answer with a vector first.</param>
    /// <returns>Its id, and the width of its vectors where they were verified.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.ProviderFailed"/>: it did not, and nothing was saved.</exception>
    public async Task<(string Id, int? Width)> SaveAsync(string tenant, ProviderDefinition definition, ProviderKey key, bool verify, CancellationToken cancellationToken)
    {
        int? width = verify ? await WidthAsync(tenant, definition, key, cancellationToken) : null;
        var id = await store.SaveAsync(tenant, definition, key, width, cancellationToken);
        _known.TryRemove(tenant, out _);
        return (id, width);
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(string tenant, CancellationToken cancellationToken)
    {
        var deleted = await store.DeleteAsync(tenant, cancellationToken);
        _known.TryRemove(tenant, out _);
        return deleted;
    }

    /// <summary>By one call, in turn with the tenant's others.</summary>
    private Task<int> WidthAsync(string tenant, ProviderDefinition definition, ProviderKey key, CancellationToken cancellationToken) => _gates.Of(tenant).RunAsync(
        async token => (await client.EmbedAsync(definition, key, [Probe], null, token))[0].Length, cancellationToken);

    private TenantProvider? Keep(string tenant, TenantProvider? provider)
    {
        if (_known.Count >= MaxKnown)
            _known.Clear();
        _known[tenant] = new Known(provider, time.GetTimestamp());
        return provider;
    }

    private sealed record Known(TenantProvider? Provider, long At);
}
