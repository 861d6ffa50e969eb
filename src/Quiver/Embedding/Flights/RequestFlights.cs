using Quiver.Diagnostics;

namespace Quiver.Embedding.Flights;

/// <summary>The flights that one request waits for: those it starts, and those of others that it joins. Disposed, it waits for none.</summary>
internal sealed class RequestFlights(SingleFlight flights, EmbeddingRequest request, IFlightQueue queue) : IDisposable
{
    private readonly List<(RequestedInput Input, Flight Flight, FlightRole Role)> _joined = [];
    private FlightWaiter _waiter = new(stopAtError: !request.ErrorsPerInput);
    private bool _interactive;

    /// <summary>Joins the flight of each input. <see cref="Queue"/> must follow.</summary>
    /// <param name="inputs">Prepared. One whose vector has come meanwhile is given it.</param>
    public void Join(IReadOnlyList<RequestedInput> inputs)
    {
        _interactive = queue.IsInteractive(inputs);
        foreach (var input in inputs)
        {
            if (flights.TryJoin(input, _interactive, _waiter, out var role, out var flight, out var entry))
                _joined.Add((input, flight, role));
            else
                input.Find(entry, InputSource.Cached);
        }
    }

    /// <summary>Queues the flights that nobody computes yet, and those in the bulk lane for which this request need not wait there: all or none.</summary>
    /// <exception cref="QuiverException">The queue is full, or closed, and nobody else computes them.</exception>
    public void Queue()
    {
        var own = _joined.Where(joined => joined.Role != FlightRole.Waits && !joined.Flight.Ended).ToList();
        if (own.Count == 0)
            return;
        try
        {
            queue.Enqueue([.. own.Select(joined => (joined.Input, joined.Flight))], _interactive);
        }
        catch (QuiverException error)
        {
            foreach (var (_, flight, role) in own)
                flights.Refuse(flight, role, error);
            if (own.Exists(joined => joined.Role == FlightRole.Starts))
                throw;
        }
    }

    /// <summary>
    /// Until every input has its vector or its error, or one has an error where that ends the request. What another request could not queue,
    /// this one queues.
    /// </summary>
    /// <exception cref="QuiverException">The queue is full, or closed.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _waiter.WaitAsync(cancellationToken);
        while (_waiter.AllArrived && _joined.Exists(joined => joined.Flight.Refused))
        {
            var refused = _joined.Where(joined => joined.Flight.Refused).Select(joined => joined.Input).ToList();
            _joined.RemoveAll(joined => joined.Flight.Refused);
            _waiter = new FlightWaiter(stopAtError: !request.ErrorsPerInput);
            Join(refused);
            Queue();
            await _waiter.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Hands out what the flights ended with.</summary>
    /// <exception cref="QuiverException">A flight failed, and errors are not told per input.</exception>
    public EmbeddingTimes Collect()
    {
        var (queue, inference) = (TimeSpan.Zero, TimeSpan.Zero);
        foreach (var (input, flight, role) in _joined)
        {
            if (flight.Error is { } error)
            {
                // A copy: several requests may throw it at a time.
                var own = new QuiverException(error.Kind, error.Message, error.InnerException ?? error) { RetryAfter = error.RetryAfter, InputIndex = request.ErrorsPerInput ? input.Index : null };
                input.Fail(request.ErrorsPerInput ? own : throw own);
            }
            else if (flight.Entry is { } entry)
            {
                input.Find(entry, role == FlightRole.Starts ? InputSource.Computed : InputSource.Shared);
                queue = flight.Times.Queue > queue ? flight.Times.Queue : queue;
                inference = flight.Times.Inference > inference ? flight.Times.Inference : inference;
            }
        }

        return new EmbeddingTimes(default, queue, inference);
    }

    public void Dispose()
    {
        foreach (var (_, flight, _) in _joined)
            flights.Leave(flight, _waiter);
    }
}
