using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding.Flights;

/// <summary>The flights that one request waits for: those it starts, and those of others that it joins. Disposed, it waits for none.</summary>
internal sealed class RequestFlights(SingleFlight flights, EmbeddingRequest request) : IDisposable
{
    private readonly FlightWaiter _waiter = new(stopAtError: !request.ErrorsPerInput);
    private readonly List<(RequestedInput Input, Flight Flight, bool Started)> _joined = [];

    /// <summary>Joins the flight of each input, and queues those that nobody computes yet, all or none.</summary>
    /// <param name="inputs">Prepared. One whose vector has come meanwhile is given it.</param>
    /// <exception cref="QuiverException">The queue is full, or closed.</exception>
    public void Start(IEnumerable<RequestedInput> inputs, IEmbedder model, Scheduler scheduler)
    {
        foreach (var input in inputs.ToList())
        {
            if (flights.TryJoin(input.Key, input.Prepared!, _waiter, out var started, out var flight, out var entry))
                _joined.Add((input, flight, started));
            else
                input.Find(entry, InputSource.Cached);
        }

        try
        {
            if (Work(model) is { } work)
                scheduler.Enqueue(work);
        }
        catch (QuiverException error)
        {
            foreach (var (_, flight, _) in _joined.Where(joined => joined.Started))
                flights.Fail(flight, error);
            throw;
        }
    }

    /// <summary>Until every input has its vector or its error, or one has an error where that ends the request.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _waiter.WaitAsync(cancellationToken);

    /// <summary>Hands out what the flights ended with.</summary>
    /// <exception cref="QuiverException">A flight failed, and errors are not told per input.</exception>
    public EmbeddingTimes Collect()
    {
        var (queue, inference) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var (input, flight, started) in _joined)
        {
            if (flight.Error is { } error)
            {
                // A copy: several requests may throw it at a time.
                var own = new QuiverException(error.Kind, error.Message, error.InnerException ?? error) { RetryAfter = error.RetryAfter, InputIndex = request.ErrorsPerInput ? input.Index : null };
                input.Fail(request.ErrorsPerInput ? own : throw own);
            }
            else if (flight.Entry is { } entry)
            {
                input.Find(entry, started ? InputSource.Computed : InputSource.Shared);
                queue = flight.Times.Queue > queue ? flight.Times.Queue : queue;
                inference = flight.Times.Inference > inference ? flight.Times.Inference : inference;
            }
        }

        return new EmbeddingTimes(default, queue, inference);
    }

    public void Dispose()
    {
        foreach (var (_, flight, _) in _joined)
            flights.Leave(flight);
    }

    /// <summary>An attempt of each flight that this request starts, and of those that wait in the bulk lane while this request need not.</summary>
    private ScheduledWork? Work(IEmbedder model)
    {
        var own = _joined.Where(joined => joined.Started).Select(joined => joined.Flight).ToList();
        var texts = own.SelectMany(flight => flights.Begin(flight).Texts).ToList();
        var tokens = own.Sum(flight => (long)flight.Input.Tokens);
        foreach (var (_, flight, started) in _joined)
        {
            var fits = !request.Bulk
                && texts.Count + flight.Input.Windows.Count <= ScheduledWork.MaxInteractiveTexts
                && tokens + flight.Input.Tokens <= ScheduledWork.MaxInteractiveTokens;
            if (started || !fits || !flights.TryHurry(flight, out var attempt))
                continue;
            texts.AddRange(attempt.Texts);
            tokens += flight.Input.Tokens;
        }

        if (texts.Count == 0)
            return null;
        var work = new ScheduledWork(model, texts, request.Caller, request.Bulk);
        own.ForEach(flight => flight.Interactive = work.Interactive);
        return work;
    }
}
