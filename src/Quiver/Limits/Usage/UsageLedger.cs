using System.Runtime.InteropServices;
using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Limits.Usage;

/// <summary>Adds up what is used, in memory, and writes the sums to the database every few seconds and at the end.</summary>
/// <remarks>
/// Thread-safe. Without a database the sums stay in memory and end with the process. A batch that could not be written is written again, and
/// has an id by which the database knows it if it was written after all: nothing is counted twice.
/// </remarks>
internal sealed class UsageLedger : IAsyncDisposable
{
    /// <summary>Sums held in memory; what comes beyond is lost, and counted.</summary>
    private const int MaxSums = 100_000;

    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FlushAtEnd = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _flush = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly UsageTable? _table;
    private readonly TimeProvider _time;
    private readonly Action<bool>? _onChange;
    private readonly Task _flushing;
    private Dictionary<UsageKey, UsageAmounts> _sums = [];
    private UsageBatch? _unwritten;
    private bool _failing;

    /// <param name="database">null keeps the sums in memory.</param>
    /// <param name="onChange">Told whether sums can be written, when that changes.</param>
    public UsageLedger(Database? database, TimeProvider time, Action<bool>? onChange = null)
    {
        (_table, _time, _onChange) = (database is null ? null : new UsageTable(database), time, onChange);
        _flushing = _table is null ? Task.CompletedTask : FlushNowAndThenAsync();
    }

    public DateOnly Today => DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);

    public void Add(in UsageKey key, in UsageAmounts amounts)
    {
        lock (_gate)
        {
            if (_sums.Count >= MaxSums && !_sums.ContainsKey(key) && !MakeRoom())
            {
                QuiverMeter.UsageLost.Add(1);
                return;
            }

            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _);
            sum += amounts;
        }
    }

    /// <summary>What matches, with what is not written yet. In no order.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>.</exception>
    public async Task<IReadOnlyList<KeyValuePair<UsageKey, UsageAmounts>>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        // Not while sums are on their way from here to there.
        await _flush.WaitAsync(cancellationToken);
        try
        {
            var found = _table is null ? [] : await _table.ReadAsync(query, cancellationToken);
            if (_unwritten is { } batch && !await _table!.IsWrittenAsync(batch, cancellationToken))
                AddMatching(found, batch.Sums, query);
            lock (_gate)
                AddMatching(found, _sums, query);
            return [.. found];
        }
        finally
        {
            _flush.Release();
        }
    }

    /// <summary>Until what was added before is written.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: it stays in memory.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_table is null)
            return;
        await _flush.WaitAsync(cancellationToken);
        try
        {
            // What failed before, and then what has come since.
            for (var batch = _unwritten ?? Take(); batch is not null; batch = Take())
            {
                _unwritten = batch;
                await _table.WriteAsync(batch, cancellationToken);
                _unwritten = null;
            }
        }
        finally
        {
            _flush.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _flushing;
        using var patience = new CancellationTokenSource(FlushAtEnd, _time);
        await TryFlushAsync(patience.Token);
        _end.Dispose();
        _flush.Dispose();
    }

    private async Task FlushNowAndThenAsync()
    {
        using var timer = new PeriodicTimer(FlushInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
                await TryFlushAsync(_end.Token);
        }
        catch (OperationCanceledException)
        {
            // The end, which flushes once more.
        }
    }

    private async Task TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            if (_failing)
                _onChange?.Invoke(true);
            _failing = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Kept for the next time, if there is one.
        }
#pragma warning disable CA1031 // Whatever it was, the next time may do better, and the end writes once more.
        catch (Exception)
#pragma warning restore CA1031
        {
            if (!_failing)
                _onChange?.Invoke(false);
            _failing = true;
        }
    }

    private UsageBatch? Take()
    {
        lock (_gate)
        {
            if (_sums.Count == 0)
                return null;
            var batch = new UsageBatch(Guid.NewGuid().ToString("N"), _sums, _time.GetUtcNow());
            _sums = [];
            return batch;
        }
    }

    /// <summary>Where sums stay in memory, the oldest day gives way.</summary>
    private bool MakeRoom()
    {
        if (_table is not null)
            return false;
        var oldest = _sums.Keys.Min(key => key.Day);
        if (oldest >= Today)
            return false;
        foreach (var key in _sums.Keys.Where(key => key.Day == oldest).ToList())
            _sums.Remove(key);
        return true;
    }

    private static void AddMatching(Dictionary<UsageKey, UsageAmounts> to, Dictionary<UsageKey, UsageAmounts> from, UsageQuery query)
    {
        foreach (var (key, amounts) in from)
        {
            if (!query.Matches(key))
                continue;
            ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(to, key, out _);
            sum += amounts;
        }
    }
}

/// <summary>Sums that are written in one transaction.</summary>
/// <param name="Id">By which the database knows whether it has them.</param>
internal sealed record UsageBatch(string Id, Dictionary<UsageKey, UsageAmounts> Sums, DateTimeOffset MadeAt);
