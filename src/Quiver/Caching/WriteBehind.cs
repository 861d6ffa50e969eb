using System.Threading.Channels;
using Quiver.Diagnostics;

namespace Quiver.Caching;

/// <summary>Carries new entries to the tiers below memory, behind the answers: bounded by bytes, in batches, one at a time.</summary>
/// <remarks>
/// Thread-safe. What does not fit, or a tier does not take, is dropped and counted: it costs a computation later, never a wrong answer. A crash
/// loses what is still here, which was only ever a copy.
/// </remarks>
internal sealed class WriteBehind : IAsyncDisposable
{
    private const int BatchSize = 256;

    private readonly Channel<Item> _queue = Channel.CreateUnbounded<Item>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IReadOnlyList<ICacheTier> _tiers;
    private readonly long _maxBytes;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private long _bytes;

    /// <param name="tiers">Below memory, the nearest first.</param>
    public WriteBehind(IReadOnlyList<ICacheTier> tiers, long maxBytes)
    {
        (_tiers, _maxBytes) = (tiers, maxBytes);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>What waits.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Queues an entry for some of the tiers.</summary>
    public void Add(in CacheAddition addition, Range tiers)
    {
        var bytes = addition.Entry.VectorBytes + ((addition.Text?.Length ?? 0) * sizeof(char));
        if (Interlocked.Add(ref _bytes, bytes) > _maxBytes || !_queue.Writer.TryWrite(new Item(addition, tiers.Start.GetOffset(_tiers.Count), tiers.End.GetOffset(_tiers.Count), bytes, null)))
        {
            Interlocked.Add(ref _bytes, -bytes);
            QuiverMeter.CacheDropped.Add(1, new KeyValuePair<string, object?>("tier", "queue"));
        }
    }

    /// <summary>Until all that was queued before has been written or dropped.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.Writer.TryWrite(new Item(default, 0, 0, 0, flushed)) ? flushed.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Ends without waiting for the batch that is being written.</summary>
    public void Stop()
    {
        _queue.Writer.TryComplete();
        _end.Cancel();
    }

    /// <summary>Writes nothing more. <see cref="FlushAsync"/> first, where what is queued shall be kept.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await _loop;
    }

    private async Task RunAsync()
    {
        var batch = new List<Item>(BatchSize);
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_end.Token))
            {
                TaskCompletionSource? flushed = null;
                while (batch.Count < BatchSize && flushed is null && _queue.Reader.TryRead(out var item))
                {
                    flushed = item.Flushed;
                    if (flushed is null)
                        batch.Add(item);
                }

                await WriteAsync(batch);
                Interlocked.Add(ref _bytes, -batch.Sum(item => item.Bytes));
                batch.Clear();
                flushed?.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            while (_queue.Reader.TryRead(out var item))
                item.Flushed?.TrySetResult();
        }
    }

    private async Task WriteAsync(List<Item> batch)
    {
        for (var tier = 0; tier < _tiers.Count && batch.Count > 0; tier++)
        {
            var additions = batch.Where(item => item.From <= tier && tier < item.To).Select(item => item.Addition).ToList();
            if (additions.Count > 0)
                await WriteAsync(_tiers[tier], additions);
        }
    }

    private async Task WriteAsync(ICacheTier tier, List<CacheAddition> additions)
    {
        try
        {
            await tier.AddAsync(additions, _end.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One batch less; the queue goes on.
            QuiverMeter.CacheDropped.Add(additions.Count, new KeyValuePair<string, object?>("tier", tier.Name));
        }
    }

    /// <param name="From">The first tier that gets it.</param>
    /// <param name="To">The first tier behind that that does not.</param>
    /// <param name="Flushed">Set where this is no entry but the place that a flush waits for.</param>
    private readonly record struct Item(CacheAddition Addition, int From, int To, long Bytes, TaskCompletionSource? Flushed);
}
