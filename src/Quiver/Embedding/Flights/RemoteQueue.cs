namespace Quiver.Embedding.Flights;

/// <summary>Calls to an embedder elsewhere: as many texts in each as it takes, none of them on a runner.</summary>
internal sealed class RemoteQueue(IRemoteEmbedder embedder, SingleFlight flights) : IFlightQueue
{
    public bool IsInteractive(IReadOnlyList<RequestedInput> inputs) => true;

    public void Enqueue(IReadOnlyList<(RequestedInput Input, Flight Flight)> started, bool interactive)
    {
        foreach (var texts in started.Chunk(embedder.MaxTexts))
            _ = new RemoteCall(embedder, flights, texts).RunAsync();
    }
}
