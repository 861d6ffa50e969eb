using Quiver.Caching;
using Quiver.Diagnostics;

namespace Quiver.Embedding.Flights;

/// <summary>One call to an embedder elsewhere, for flights that end with it. When nobody waits for any of them any more, it is cancelled.</summary>
#pragma warning disable CA1001 // A source without a timer holds nothing to dispose of, and a flight may end after the call.
internal sealed class RemoteCall
#pragma warning restore CA1001
{
    private readonly IRemoteEmbedder _embedder;
    private readonly SingleFlight _flights;
    private readonly (RequestedInput Input, Flight Flight)[] _texts;
    private readonly CancellationTokenSource _abandoned = new();
    private int _unended;

    public RemoteCall(IRemoteEmbedder embedder, SingleFlight flights, (RequestedInput Input, Flight Flight)[] texts)
    {
        (_embedder, _flights, _texts) = (embedder, flights, texts);
        _unended = texts.Length;
        foreach (var (_, flight) in texts)
            flight.WhenEnded(FlightEnded);
    }

    /// <summary>Ends every flight, with a vector or an error; it throws nothing.</summary>
    public async Task RunAsync()
    {
        try
        {
            var vectors = await _embedder.EmbedAsync([.. _texts.Select(text => text.Input.Input.Text!)], _abandoned.Token);
            for (var i = 0; i < _texts.Length; i++)
            {
                if (_flights.RoundsToHalf)
                    HalfPrecision.Round(vectors[i]);
                _flights.Land(_texts[i].Flight, new CacheEntry(_texts[i].Flight.Own, vectors[i], tokens: 0, fullTokens: 0), default);
            }
        }
        catch (QuiverException exception)
        {
            Fail(exception);
        }
#pragma warning disable CA1031 // Nobody awaits this: a fault reaches who waits for the flights, and a cancelled call has none left.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(new QuiverException(ErrorKind.Internal, "The call to the provider failed.", exception));
        }
    }

    private void Fail(QuiverException error)
    {
        foreach (var (_, flight) in _texts)
            _flights.Fail(flight, error);
    }

    private void FlightEnded()
    {
        if (Interlocked.Decrement(ref _unended) == 0)
            _abandoned.Cancel();
    }
}
