using Quiver.Diagnostics;

namespace Quiver.Accounts.Passwords;

/// <summary>How many passwords are hashed at one time: what is slow on purpose must not take the cores from those who want vectors.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PasswordSlots : IDisposable
{
    private const int WaitingPerSlot = 8;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _free;
    private readonly int _most;
    private int _inside;

    /// <param name="cores">A quarter of them hash, at least one.</param>
    public PasswordSlots(int cores)
    {
        var slots = Math.Max(1, cores / 4);
        _free = new SemaphoreSlim(slots);
        _most = slots * (1 + WaitingPerSlot);
    }

    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/>: too many wait already.</exception>
    public async Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _inside) > _most)
        {
            Interlocked.Decrement(ref _inside);
            throw new QuiverException(ErrorKind.Overloaded, "Too many are logging in or signing up at the moment. Please try again later.") { RetryAfter = RetryAfter };
        }

        try
        {
            await _free.WaitAsync(cancellationToken);
            try
            {
                return await Task.Run(work, cancellationToken);
            }
            finally
            {
                _free.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Dispose() => _free.Dispose();
}
