namespace Quiver.Embedding.Flights;

/// <summary>What a request has to do with a flight it waits for.</summary>
internal enum FlightRole
{
    /// <summary>It is the first that wants it, and queues it.</summary>
    Starts,

    /// <summary>It queues as interactive work what another has queued, or will, as bulk work.</summary>
    Hurries,

    /// <summary>It waits for what others have queued.</summary>
    Waits,
}
