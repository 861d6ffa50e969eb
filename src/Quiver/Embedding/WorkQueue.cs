namespace Quiver.Embedding;

/// <summary>Two bounded lanes of jobs: interactive before bulk, jobs of one lane in turn, one unit at a time.</summary>
/// <remarks>
/// Thread-safe. Within a lane a job goes to the back after each unit, so that a request of 2,048 texts does not hold up the next one.
/// After <see cref="EmbeddingServiceOptions.BulkAgeing"/> interactive units in a row a bulk unit goes first, so that bulk always moves.
/// </remarks>
internal sealed class WorkQueue(EmbeddingServiceOptions options)
{
    private readonly object _gate = new();
    private readonly Lane _interactive = new(options.InteractiveQueueTokens, options.QueueTexts);
    private readonly Lane _bulk = new(options.BulkQueueTokens, options.QueueTexts);
    private int _interactiveStreak;
    private bool _closed;

    /// <summary>Tokens that wait for a runner.</summary>
    public long Tokens
    {
        get
        {
            lock (_gate)
                return _interactive.Tokens + _bulk.Tokens;
        }
    }

    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closed;
        }
    }

    /// <summary>Whether a job of so many texts could be taken now, if each were a single token: its tokens are not known yet.</summary>
    public bool MayTake(int texts)
    {
        lock (_gate)
            return !_closed && (_bulk.HasRoom(texts, texts) || (texts <= EmbeddingJob.MaxInteractiveTexts && _interactive.HasRoom(texts, texts)));
    }

    /// <summary>Queues a job, unless its lane is full or the queue is closed.</summary>
    public bool TryAdd(EmbeddingJob job)
    {
        lock (_gate)
        {
            if (_closed || !LaneOf(job).TryAdd(job))
                return false;
            Monitor.PulseAll(_gate);
            return true;
        }
    }

    /// <summary>Waits for work and takes the unit that is due.</summary>
    /// <returns>false once the queue is closed.</returns>
    public bool TryTake(out WorkUnit unit)
    {
        lock (_gate)
        {
            while (!_closed && _interactive.IsEmpty && _bulk.IsEmpty)
                Monitor.Wait(_gate);
            if (_closed)
            {
                unit = default;
                return false;
            }

            var bulkIsDue = _interactive.IsEmpty || (!_bulk.IsEmpty && _interactiveStreak >= options.BulkAgeing);
            _interactiveStreak = bulkIsDue ? 0 : _interactiveStreak + 1;
            unit = (bulkIsDue ? _bulk : _interactive).Take(options);
            return true;
        }
    }

    /// <summary>Drops what a settled job still has waiting.</summary>
    public void Remove(EmbeddingJob job)
    {
        lock (_gate)
            LaneOf(job).Remove(job);
    }

    /// <summary>Ends every <see cref="TryTake"/> and returns the jobs that were not finished handing out.</summary>
    public IReadOnlyList<EmbeddingJob> Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            return [.. _interactive.Clear(), .. _bulk.Clear()];
        }
    }

    private Lane LaneOf(EmbeddingJob job) => job.Interactive ? _interactive : _bulk;

    private sealed class Lane(int maxTokens, int maxTexts)
    {
        private readonly LinkedList<EmbeddingJob> _jobs = [];
        private int _texts;

        public bool IsEmpty => _jobs.Count == 0;

        public long Tokens { get; private set; }

        /// <summary>An empty lane takes any request that passed the per-request limits: a big one must not refuse itself.</summary>
        public bool HasRoom(int texts, long tokens) => IsEmpty || (Tokens + tokens <= maxTokens && _texts + texts <= maxTexts);

        public bool TryAdd(EmbeddingJob job)
        {
            if (!HasRoom(job.Texts, job.Tokens))
                return false;
            _jobs.AddLast(job.Place);
            Tokens += job.Tokens;
            _texts += job.Texts;
            return true;
        }

        public WorkUnit Take(EmbeddingServiceOptions options)
        {
            var job = _jobs.First!.Value;
            _jobs.RemoveFirst();
            var unit = job.NextUnit(options.UnitTexts, UnitTokens(job, options));
            Tokens -= unit.Tokens;
            _texts -= unit.Texts;
            if (job.WaitingTexts > 0)
                _jobs.AddLast(job.Place);
            return unit;
        }

        public void Remove(EmbeddingJob job)
        {
            if (job.Place.List is null)
                return;
            _jobs.Remove(job.Place);
            Tokens -= job.WaitingTokens;
            _texts -= job.WaitingTexts;
        }

        public List<EmbeddingJob> Clear()
        {
            List<EmbeddingJob> jobs = [.. _jobs];
            jobs.ForEach(Remove);
            return jobs;
        }

        /// <summary>A small request is cut evenly over the runners; a large one into units that do not hold up others.</summary>
        private static int UnitTokens(EmbeddingJob job, EmbeddingServiceOptions options) =>
            (int)Math.Min(options.UnitTokens, (job.Tokens + options.Runners - 1) / options.Runners);
    }
}
