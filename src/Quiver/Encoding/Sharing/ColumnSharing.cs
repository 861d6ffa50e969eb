using System.Diagnostics;

namespace Quiver.Encoding.Sharing;

/// <summary>Where the thread of a run and one that helps it meet: they share the columns of each product and the heads of each text.</summary>
/// <remarks>
/// The run's thread is the leader and never waits for the helper to come. The helper spins between two works, for 20 µs at most, and leaves
/// then, or after the piece it is at when its thread is wanted elsewhere.
/// </remarks>
public sealed class ColumnSharing
{
    private static readonly long LongestSpin = Stopwatch.Frequency / 50_000;

    private volatile SharedWork? _current;
    private volatile bool _helperWanted;

    /// <summary>Whether the helper's thread is wanted elsewhere. Any thread sets it; <see cref="Help"/> answers it by leaving.</summary>
    public bool IsHelperWanted
    {
        get => _helperWanted;
        set => _helperWanted = value;
    }

    /// <summary>The helper's part, on its thread: computes pieces of the leader's works until it is wanted elsewhere or nothing came for 20 µs.</summary>
    public void Help()
    {
        SharedWork? last = null;
        for (var start = Stopwatch.GetTimestamp(); !_helperWanted && Stopwatch.GetTimestamp() - start < LongestSpin;)
        {
            if (_current is { } work && work != last)
            {
                work.Help(this);
                last = work;
                start = Stopwatch.GetTimestamp();
            }

            Thread.SpinWait(1);
        }
    }

    /// <summary>Does the work on this thread and, if one comes, the helper's. Not while a helper of the workspace is late.</summary>
    internal void Compute(SharedWork work, EncoderWorkspace workspace)
    {
        _current = work;
        if (!work.Lead())
            workspace.LateWork = work;
        _current = null;
    }
}
