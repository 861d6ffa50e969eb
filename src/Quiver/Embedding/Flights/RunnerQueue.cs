using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding.Flights;

/// <summary>The scheduler's lanes, for the inputs of one request.</summary>
internal sealed class RunnerQueue(IEmbedder model, Scheduler scheduler, EmbeddingRequest request) : IFlightQueue
{
    public bool IsInteractive(IReadOnlyList<RequestedInput> inputs) =>
        !request.Bulk && ScheduledWork.IsSmall(inputs.Sum(input => input.Prepared!.Windows.Count), inputs.Sum(input => (long)input.Prepared!.Tokens));

    public void Enqueue(IReadOnlyList<(RequestedInput Input, Flight Flight)> flights, bool interactive) =>
        scheduler.Enqueue(new ScheduledWork(model, [.. flights.SelectMany(each => each.Flight.Texts)], request.Caller, bulk: !interactive));
}
