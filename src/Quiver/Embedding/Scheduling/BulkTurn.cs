namespace Quiver.Embedding.Scheduling;

/// <summary>
/// Sees to it that a bulk unit moves: after some interactive units in a row it computes for a while without yielding. Not thread-safe.
/// </summary>
internal sealed class BulkTurn(SchedulerOptions options, TimeProvider time)
{
    private int _streak;
    private long? _start;

    /// <summary>Whether an interactive unit may go before it now. Asked on its thread, and so not while one does.</summary>
    public bool MayYield()
    {
        if (_streak < options.BulkAgeing)
            return true;
        // Not from when the last interactive unit was taken: the bulk unit has its thread back only now.
        _start ??= time.GetTimestamp();
        if (time.GetElapsedTime(_start.Value) < options.BulkTurn)
            return false;
        Rest();
        return true;
    }

    /// <summary>An interactive unit went before it.</summary>
    public void Yielded() => _streak++;

    /// <summary>Nothing interactive waits.</summary>
    public void Rest()
    {
        _streak = 0;
        _start = null;
    }

    /// <summary>Its turn begins now.</summary>
    public void Begin()
    {
        _streak = options.BulkAgeing;
        _start = time.GetTimestamp();
    }
}
