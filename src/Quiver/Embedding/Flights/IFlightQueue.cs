namespace Quiver.Embedding.Flights;

/// <summary>Where flights of one request are computed: on the runners, or elsewhere.</summary>
internal interface IFlightQueue
{
    /// <summary>Whether what is queued for these inputs goes before bulk work. Where there are no lanes it always does, and nobody hurries anything.</summary>
    bool IsInteractive(IReadOnlyList<RequestedInput> inputs);

    /// <summary>Takes on all of the flights, or none. From here on each ends through <see cref="SingleFlight"/>.</summary>
    /// <exception cref="Quiver.Diagnostics.QuiverException">There is no room for them, or it is closed.</exception>
    void Enqueue(IReadOnlyList<(RequestedInput Input, Flight Flight)> flights, bool interactive);
}
