using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;
using Quiver.Encoding;

namespace Quiver.Embedding.Flights;

/// <summary>A flight's windows on their way through the scheduler.</summary>
/// <remarks>Windows complete on several runners at once, each into its own place; whoever completes the last one puts them together.</remarks>
internal sealed class FlightWindows
{
    private readonly SingleFlight _owner;
    private readonly Flight _flight;
    private readonly WindowText[] _texts;
    private readonly float[][] _vectors;
    private int _missing;
    private long _queueTicks;
    private long _inferenceTicks;

    public FlightWindows(SingleFlight owner, Flight flight)
    {
        _owner = owner;
        _flight = flight;
        var windows = flight.Input.Windows;
        _missing = windows.Count;
        _vectors = new float[windows.Count][];
        _texts = new WindowText[windows.Count];
        for (var i = 0; i < _texts.Length; i++)
            _texts[i] = new WindowText(this, i, windows[i]);
    }

    public IReadOnlyList<ScheduledText> Texts => _texts;

    /// <summary>Takes out of the queue, or off the runner, what has not ended.</summary>
    public void Cancel()
    {
        foreach (var text in _texts)
        {
            if (text.State is TextState.New or TextState.Waiting or TextState.Running)
                text.Cancel();
        }
    }

    private void Complete(int window, ReadOnlySpan<float> vector, in ScheduledTimes times)
    {
        if (!double.IsFinite(UnitLength.SumOfSquares(vector)))
        {
            _owner.Fail(_flight, new QuiverException(ErrorKind.Internal, "The model gave a vector that is not finite."));
            return;
        }

        _vectors[window] = vector.ToArray();
        Raise(ref _queueTicks, times.Queue.Ticks);
        Raise(ref _inferenceTicks, times.Inference.Ticks);
        if (Interlocked.Decrement(ref _missing) > 0)
            return;

        var mean = WindowMean.Of(_vectors, _flight.Input.Windows);
        if (_owner.RoundsToHalf)
            HalfPrecision.Round(mean);
        var entry = new CacheEntry(_flight.Own, mean, _flight.Input.Tokens, _flight.Input.FullTokens);
        _owner.Land(_flight, entry, new ScheduledTimes(TimeSpan.FromTicks(_queueTicks), TimeSpan.FromTicks(_inferenceTicks)));
    }

    private static void Raise(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
            Interlocked.CompareExchange(ref highest, value, seen);
    }

    private sealed class WindowText(FlightWindows windows, int window, TokenizedInput input) : ScheduledText(input)
    {
        protected internal override void Complete(ReadOnlySpan<float> baseVector, in ScheduledTimes times) => windows.Complete(window, baseVector, times);

        protected internal override void Fail(QuiverException error) => windows._owner.Fail(windows._flight, error);
    }
}
