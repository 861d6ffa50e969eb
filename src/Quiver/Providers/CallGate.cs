using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>How many calls one tenant has under way at a time, and how many wait behind them.</summary>
/// <remarks>Thread-safe.</remarks>
#pragma warning disable CA1001 // A semaphore that nobody asks for a handle holds nothing to dispose of.
internal sealed class CallGate
#pragma warning restore CA1001
{
    /// <summary>Enough that a batch of 100 single calls is not 100 in a row, and few enough for the limits that providers have.</summary>
    public const int MaxRunning = 8;

    /// <summary>Some batches of single calls.</summary>
    public const int MaxWaiting = 1024;

    private readonly SemaphoreSlim _running = new(MaxRunning);
    private int _entered;

    /// <summary>Whether nobody has a call under way or waits for one.</summary>
    public bool IsIdle => Volatile.Read(ref _entered) == 0;

    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/>: too many wait.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _entered) > MaxRunning + MaxWaiting)
                throw new QuiverException(ErrorKind.Overloaded, "Too many calls to this account's provider are waiting.") { RetryAfter = TimeSpan.FromSeconds(1) };
            await _running.WaitAsync(cancellationToken);
            try
            {
                return await call(cancellationToken);
            }
            finally
            {
                _running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _entered);
        }
    }
}
