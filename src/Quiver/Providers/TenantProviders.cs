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

    /// <summary>One probe at a time for a tenant: the others find what it learnt.</summary>
    private readonly SemaphoreSlim[] _probes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

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
        return stored.Width is { } width
            ? Keep(tenant, new TenantProvider(stored, width, store.Open(stored), client))
            : await ProbeAsync(tenant, cancellationToken);
    }

    /// <inheritdoc cref="ProviderStore.FindAsync"/>
    public Task<StoredProvider?> ShowAsync(string tenant, CancellationToken cancellationToken) => store.FindAsync(tenant, cancellationToken);

    /// <summary>Saves a tenant's provider in place of the one there was.</summary>
    /// <param name="verify">Whether it must answer with a vector first.</param>
    /// <returns>Its id, and the width of its vectors where they were verified.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.ProviderFailed"/>: it did not, and nothing was saved.</exception>
    public async Task<(string Id, int? Width)> SaveAsync(string tenant, ProviderDefinition definition, ProviderKey key, bool verify, CancellationToken cancellationToken)
    {
        int? width = verify ? await WidthAsync(definition, key, cancellationToken) : null;
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

    private async Task<TenantProvider?> ProbeAsync(string tenant, CancellationToken cancellationToken)
    {
        var turn = _probes[(uint)tenant.GetHashCode(StringComparison.Ordinal) % _probes.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            if (await store.FindAsync(tenant, cancellationToken) is not { } stored)
                return Keep(tenant, null);
            var key = store.Open(stored);
            var width = stored.Width ?? await WidthAsync(stored.Definition, key, cancellationToken);
            if (stored.Width is null)
                await store.KeepWidthAsync(stored, width, cancellationToken);
            return Keep(tenant, new TenantProvider(stored, width, key, client));
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<int> WidthAsync(ProviderDefinition definition, ProviderKey key, CancellationToken cancellationToken) =>
        (await client.EmbedAsync(definition, key, [Probe], null, cancellationToken))[0].Length;

    private TenantProvider? Keep(string tenant, TenantProvider? provider)
    {
        if (_known.Count >= MaxKnown)
            _known.Clear();
        _known[tenant] = new Known(provider, time.GetTimestamp());
        return provider;
    }

    private sealed record Known(TenantProvider? Provider, long At);
}
