using System.Diagnostics;
using Quiver.Encoding.Sharing;

namespace Quiver.Encoding;

/// <summary>Whoever runs an encoder on a thread of theirs and may want that thread back for a moment before the run is over.</summary>
/// <remarks>
/// A run reaches a yield point every millisecond or so. There its host may compute something else on the same thread, with another
/// workspace, or end the run by throwing. While nothing is requested a yield point costs one read. A host may also lend a second thread.
/// </remarks>
public abstract class EncodingHost
{
    private volatile bool _requested;

    /// <summary>How long runs stood still at their yield points so far, in ticks of <see cref="Stopwatch"/>. On their thread.</summary>
    internal long SuspendedTicks { get; private set; }

    /// <summary>Called by the encoder between two steps: layers, tiles of attention, groups of panels of a product.</summary>
    public void YieldPoint()
    {
        if (_requested)
            Suspend();
    }

    /// <summary>Has the run call <see cref="Yield"/> at its next yield points. Any thread.</summary>
    protected internal void RequestYield() => _requested = true;

    /// <summary>Takes the request back.</summary>
    protected internal void ClearYield() => _requested = false;

    /// <summary>Where another thread may help with the next product, or null if none is free. Asked before each product.</summary>
    protected internal virtual ColumnSharing? Sharing => null;

    /// <summary>Called on the computing thread at each yield point while a request stands. What it throws ends the run.</summary>
    protected abstract void Yield();

    private void Suspend()
    {
        var start = Stopwatch.GetTimestamp();
        Yield();
        SuspendedTicks += Stopwatch.GetTimestamp() - start;
    }
}
