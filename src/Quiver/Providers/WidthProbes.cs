using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>Learns the widths of providers that were never asked: one probe per tenant, for all who wait for it. How it ended is believed for some seconds.</summary>
/// <remarks>Thread-safe. A probe goes on when those who wait for it leave; its deadline ends it, queued or not.</remarks>
internal sealed class WidthProbes(TimeProvider time)
{
    /// <summary>How long a provider that gave no vector is not asked again.</summary>
    public static readonly TimeSpan Believed = TimeSpan.FromSeconds(5);

    private const int MaxKept = 10_000;

    private readonly Dictionary<string, Probe> _probes = new(StringComparer.Ordinal);

    /// <param name="learn">Asks the provider; runs only where no probe of this row is under way or just over.</param>
    /// <exception cref="QuiverException">What the probe ended with; <see cref="ErrorKind.Overloaded"/>: too many are under way.</exception>
    public Task<int> WidthAsync(StoredProvider provider, Func<CancellationToken, Task<int>> learn, CancellationToken cancellationToken)
    {
        Probe? probe;
        lock (_probes)
        {
            if (!_probes.TryGetValue(provider.Tenant, out probe) || probe.Source != provider.Source || IsForgotten(probe))
            {
                MakeRoom();
                probe = new Probe(provider.Source);
                probe.Width = Task.Run(() => RunAsync(probe, learn), CancellationToken.None);
                _probes[provider.Tenant] = probe;
            }
        }

        return probe.Width.WaitAsync(cancellationToken);
    }

    private async Task<int> RunAsync(Probe probe, Func<CancellationToken, Task<int>> learn)
    {
        using var late = new CancellationTokenSource(ProviderClient.Deadline, time);
        try
        {
            return await learn(late.Token);
        }
        catch (OperationCanceledException exception)
        {
            throw ProviderFailure.ForTenant(exception);
        }
        finally
        {
            Volatile.Write(ref probe.EndedAt, time.GetTimestamp());
        }
    }

    private bool IsForgotten(Probe probe) => probe.Width.IsCompleted && time.GetElapsedTime(Volatile.Read(ref probe.EndedAt)) >= Believed;

    private void MakeRoom()
    {
        if (_probes.Count < MaxKept)
            return;
        foreach (var (tenant, _) in _probes.Where(probe => probe.Value.Width.IsCompleted))
            _probes.Remove(tenant);
        if (_probes.Count >= MaxKept)
            throw new QuiverException(ErrorKind.Overloaded, "Too many providers are being asked for the first time.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    private sealed class Probe((string Id, long Version) source)
    {
        public long EndedAt;

        public (string Id, long Version) Source => source;

        public Task<int> Width { get; set; } = null!;
    }
}
