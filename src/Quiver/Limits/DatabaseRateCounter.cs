using System.Data;
using System.Data.Common;
using System.Threading.Channels;
using Quiver.Storage;

namespace Quiver.Limits;

/// <summary>Counts kept in the database: exact over all processes that share it, and there after a restart.</summary>
/// <remarks>
/// Thread-safe. Charges of many requests at once go in one transaction, in the order they came: its cost is that of a disk's flush, and a hundred
/// pay it together. A row is locked before it is read, so that two processes never count from the same state.
/// </remarks>
internal sealed class DatabaseRateCounter : IRateCounter, IAsyncDisposable
{
    /// <summary>Charges that go in one transaction at most.</summary>
    private const int BatchSize = 256;

    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(16 * BatchSize) { SingleReader = true });
    private readonly CounterTable _table;
    private readonly Task _writing;
    private long _purgedAt;

    public DatabaseRateCounter(Database database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _table = new CounterTable(database.Engine);
        _writing = Task.Run(WriteAllAsync);
    }

    public async ValueTask<ChargeOutcome> ChargeAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        if (Array.TrueForAll(charges, charge => charge.Amount == 0))
            return await LookAsync(charges, cancellationToken);
        return await ChangeAsync(new Change(charges, RefundOf: null), cancellationToken);
    }

    public async ValueTask RefundAsync(CounterCharge[] charges, ChargeOutcome outcome, CancellationToken cancellationToken) =>
        await ChangeAsync(new Change(charges, RefundOf: outcome.At), cancellationToken);

    /// <summary>What was charged before is written first.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writing;
    }

    private async Task<ChargeOutcome> LookAsync(CounterCharge[] charges, CancellationToken cancellationToken)
    {
        var states = await _database.ReadAsync(connection => _table.ReadAsync(connection, NamesOf(charges)), cancellationToken);
        return new CounterStates(states).Apply(charges, refundOf: null, RateClock.Now(_time));
    }

    private async Task<ChargeOutcome> ChangeAsync(Change change, CancellationToken cancellationToken)
    {
        await _changes.Writer.WriteAsync(change, cancellationToken);
        // Told of its outcome or cancelled, never both: the writer sees which, and nobody is charged for what he did not wait for.
        await using var end = cancellationToken.UnsafeRegister(static (change, token) => ((Change)change!).Outcome.TrySetCanceled(token), change);
        return await change.Outcome.Task;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<Change>(BatchSize);
        while (batch.Count > 0 || await _changes.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchSize && _changes.Reader.TryRead(out var change))
                batch.Add(change);
            batch = await WriteAsync(batch);
        }
    }

    /// <summary>One transaction for a batch. Whatever goes wrong with it is its callers' to know; the next batch may do better.</summary>
    /// <returns>What gives back the charges that were granted to callers who had gone meanwhile.</returns>
    private async Task<List<Change>> WriteAsync(List<Change> batch)
    {
        var refunds = new List<Change>();
        try
        {
            var outcomes = await _database.WriteAsync(transaction => ApplyAsync(transaction, batch), IsolationLevel.ReadCommitted, CancellationToken.None);
            for (var i = 0; i < batch.Count; i++)
            {
                if (outcomes[i] is { } outcome && !batch[i].Outcome.TrySetResult(outcome) && batch[i].RefundOf is null && outcome.Granted)
                    refunds.Add(new Change(batch[i].Charges, outcome.At));
            }
        }
#pragma warning disable CA1031 // Told to each caller; the loop goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var change in batch)
                change.Outcome.TrySetException(exception);
        }

        return refunds;
    }

    /// <returns>null for a charge whose caller had gone before: it is left out.</returns>
    private async Task<ChargeOutcome?[]> ApplyAsync(DbTransaction transaction, List<Change> batch)
    {
        var names = NamesOf([.. batch.SelectMany(change => change.Charges)]);
        var states = new CounterStates(await _table.LockAsync(transaction, names));
        var now = RateClock.Now(_time);
        var outcomes = new ChargeOutcome?[batch.Count];
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (!batch[i].IsAbandoned)
                outcomes[i] = states.Apply(batch[i].Charges, batch[i].RefundOf, now);
        }

        await _table.WriteAsync(transaction, states.Changed);
        if (now - _purgedAt > PurgeInterval.Ticks / TimeSpan.TicksPerMicrosecond)
        {
            await CounterTable.PurgeAsync(transaction, now);
            _purgedAt = now;
        }

        return outcomes;
    }

    /// <summary>Each once, in one order everywhere: two transactions that want the same rows wait instead of blocking each other.</summary>
    private static string[] NamesOf(CounterCharge[] charges) => [.. charges.Select(charge => charge.Id.ToString()).Distinct().Order(StringComparer.Ordinal)];

    /// <param name="RefundOf">When what is to be given back was charged; null for a charge.</param>
    private sealed record Change(CounterCharge[] Charges, long? RefundOf)
    {
        public TaskCompletionSource<ChargeOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>A refund is made whoever waits for it.</summary>
        public bool IsAbandoned => RefundOf is null && Outcome.Task.IsCanceled;
    }
}
