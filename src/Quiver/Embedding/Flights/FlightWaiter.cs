namespace Quiver.Embedding.Flights;

/// <summary>One request that waits for flights, its own and others'.</summary>
/// <param name="stopAtError">Whether the first flight that fails ends the wait.</param>
internal sealed class FlightWaiter(bool stopAtError)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One for the request itself, which may still be joining.</summary>
    private int _missing = 1;

    /// <summary>Whether no flight is awaited any more.</summary>
    public bool AllArrived => Volatile.Read(ref _missing) == 0;

    /// <summary>Counts a flight that it waits for from now on.</summary>
    public void Expect() => Interlocked.Increment(ref _missing);

    /// <summary>A flight has ended. Any thread.</summary>
    public void Arrived(bool failed)
    {
        if (Interlocked.Decrement(ref _missing) == 0 || (failed && stopAtError))
            _done.TrySetResult();
    }

    /// <summary>Waits, once all flights are expected, until they have ended, or one has failed where that is enough.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        Arrived(failed: false);
        return _done.Task.WaitAsync(cancellationToken);
    }
}
