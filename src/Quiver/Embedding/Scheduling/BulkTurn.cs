namespace Quiver.Embedding.Scheduling;

/// <summary>
/// Sees to it that a bulk unit moves: after some interactive units in a row it computes for a while without yielding. Not thread-safe.
/// </summary>
internal sealed class BulkTurn(SchedulerOptions options, TimeProvider time)
{
    private int _streak;
    private long _start;

    /// <summary>Whether an interactive unit may go before it now.</summary>
    public bool MayYield()
    {
        if (_streak < options.BulkAgeing)
            return true;
        if (time.GetElapsedTime(_start) < options.BulkTurn)
            return false;
        _streak = 0;
        return true;
    }

    /// <summary>An interactive unit went before it.</summary>
    public void Yielded()
    {
        if (++_streak == options.BulkAgeing)
            _start = time.GetTimestamp();
    }

    /// <summary>Nothing interactive waits.</summary>
    public void Rest() => _streak = 0;

    /// <summary>Its turn begins now.</summary>
    public void Begin()
    {
        _streak = options.BulkAgeing;
        _start = time.GetTimestamp();
    }
}
