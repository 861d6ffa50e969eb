using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>Tells the tier that keeps them, every few seconds, which entries were found and how often.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class HitReport : IDisposable
{
    private readonly HitLedger _ledger;
    private readonly IHitKeeper _keeper;
    private readonly ITimer _timer;
    private readonly SemaphoreSlim _turn = new(1);

    public HitReport(IHitKeeper keeper, TimeSpan interval, TimeProvider time)
    {
        _keeper = keeper;
        _ledger = new HitLedger(time);
        _timer = time.CreateTimer(_ => _ = WriteAsync(CancellationToken.None), null, interval, interval);
    }

    public void Add(in CacheKey key) => _ledger.Add(key);

    /// <summary>Writes what was counted. A keeper that is away costs the counts, nothing else.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _keeper.CountHitsAsync(_ledger.Take(), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            QuiverMeter.CacheFailures.Add(1, new KeyValuePair<string, object?>("tier", "hits"));
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _timer.Dispose();
}
