namespace Quiver.Server.Hosting;

/// <summary>Deadlines of requests that all have the same time to finish: one list, oldest first, and one timer for whichever is next.</summary>
/// <remarks>
/// Thread-safe. A timer for each request would cost a request that takes microseconds more than the rest of its way through the layers.
/// The timer is set when the list is no longer empty and left alone when requests end, so it goes off about once in each
/// <see cref="Limit"/>, finds nothing to do, and is set for the oldest that is left.
/// </remarks>
internal sealed class DeadlineQueue : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _limit;
    private readonly ITimer _timer;
    private Deadline? _oldest;
    private Deadline? _newest;
    private bool _timerIsSet;

    public DeadlineQueue(TimeSpan limit, TimeProvider time)
    {
        Limit = limit;
        _time = time;
        _limit = (long)(limit.TotalSeconds * time.TimestampFrequency);
        _timer = time.CreateTimer(static queue => ((DeadlineQueue)queue!).CancelLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TimeSpan Limit { get; }

    /// <param name="clientGone">Cancels the deadline's token too.</param>
    /// <returns>Dispose it when the request has ended.</returns>
    public Deadline Begin(CancellationToken clientGone)
    {
        var deadline = new Deadline(this, clientGone);
        lock (_gate)
        {
            deadline.Due = _time.GetTimestamp() + _limit;
            (deadline.Older, _newest) = (_newest, deadline);
            if (deadline.Older is null)
                _oldest = deadline;
            else
                deadline.Older.Newer = deadline;
            if (!_timerIsSet)
                SetTimer();
        }

        return deadline;
    }

    public void Dispose() => _timer.Dispose();

    private void SetTimer()
    {
        _timerIsSet = _oldest is not null;
        if (_oldest is null)
            return;
        // Timers count whole milliseconds: one too early would only be set again.
        var wait = _time.GetElapsedTime(_time.GetTimestamp(), _oldest.Due) + Tick;
        _timer.Change(wait < Tick ? Tick : wait, Timeout.InfiniteTimeSpan);
    }

    private void CancelLate()
    {
        var late = new List<Deadline>();
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            while (_oldest is { } oldest && oldest.Due <= now)
            {
                Remove(oldest);
                late.Add(oldest);
            }

            SetTimer();
        }

        late.ForEach(deadline => deadline.Cancel());
    }

    /// <summary>Takes a deadline out of the list, unless it was taken out already.</summary>
    private void Remove(Deadline deadline)
    {
        if (deadline.Older is null && deadline != _oldest)
            return;
        if (deadline.Older is null)
            _oldest = deadline.Newer;
        else
            deadline.Older.Newer = deadline.Newer;
        if (deadline.Newer is null)
            _newest = deadline.Older;
        else
            deadline.Newer.Older = deadline.Older;
        deadline.Older = deadline.Newer = null;
    }

    /// <summary>The time of one request: its token is cancelled when it runs out or the caller goes away.</summary>
    internal sealed class Deadline : IDisposable
    {
        private readonly DeadlineQueue _queue;

        /// <summary>Not disposed of: without a timer or a wait handle it holds nothing, and it may be cancelled as the request ends.</summary>
        private readonly CancellationTokenSource _over = new();
        private readonly CancellationTokenRegistration _clientGone;

        public Deadline(DeadlineQueue queue, CancellationToken clientGone)
        {
            _queue = queue;
            _clientGone = clientGone.UnsafeRegister(static deadline => ((Deadline)deadline!).Cancel(), this);
        }

        public CancellationToken Token => _over.Token;

        /// <summary>The timestamp at which time runs out.</summary>
        public long Due { get; set; }

        public Deadline? Older { get; set; }

        public Deadline? Newer { get; set; }

        public void Cancel() => _over.Cancel();

        public void Dispose()
        {
            _clientGone.Unregister();
            lock (_queue._gate)
                _queue.Remove(this);
        }
    }
}
