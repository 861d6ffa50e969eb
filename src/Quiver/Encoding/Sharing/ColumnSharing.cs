using System.Diagnostics;

namespace Quiver.Encoding.Sharing;

/// <summary>Where the thread of a run and one that helps it meet: they share the columns of each product and the heads of each text.</summary>
/// <remarks>
/// The run's thread is the leader and never waits for the helper to come. The helper spins between two works, for 20 µs at most, and leaves
/// then, or after the piece it is at when its thread is wanted elsewhere, and at once where it only takes the leader's core from him.
/// </remarks>
public sealed class ColumnSharing
{
    private static readonly long LongestSpin = Stopwatch.Frequency / 50_000;

    /// <summary>Works done alone after a late helper: a text has about thirty.</summary>
    private const int ShortestPause = 64, LongestPause = 1024;

    private volatile SharedWork? _current;
    private volatile int _leadersCore = -1;
    private volatile bool _inTheWay;
    private int _pause = ShortestPause;
    private int _alone;
    private volatile bool _helperWanted;

    /// <summary>Whether the helper's thread is wanted elsewhere. Any thread sets it; <see cref="Help"/> answers it by leaving.</summary>
    public bool IsHelperWanted
    {
        get => _helperWanted;
        set => _helperWanted = value;
    }

    /// <summary>
    /// Whether help is worth asking for, on the leader's thread before each work. After a helper that was late, or ran on the leader's own
    /// core, it is not for a while, twice as long each time unless many came in time since: a machine that others use has no core to lend.
    /// </summary>
    public bool IsWorthwhile
    {
        get
        {
            if (_inTheWay)
            {
                _inTheWay = false;
                Pause();
            }

            return _alone == 0 || _alone-- == 0;
        }
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

            if (Thread.GetCurrentProcessorId() == _leadersCore)
            {
                _inTheWay = true;
                return;
            }

            Thread.SpinWait(1);
        }
    }

    /// <summary>Does the work on this thread and, if one comes, the helper's. Not while a helper of the workspace is late.</summary>
    /// <exception cref="Exception">Whatever a piece threw on this thread. A helper that is still at a piece then counts as late.</exception>
    internal void Compute(SharedWork work, EncoderWorkspace workspace)
    {
        _leadersCore = Thread.GetCurrentProcessorId();
        _current = work;
        HelpOutcome outcome;
        try
        {
            outcome = work.Lead(workspace.Host);
        }
        catch
        {
            // The run's host ended it at a yield point in the middle of the work, and its memory will be used again.
            work.Withdraw();
            workspace.LateWork = work;
            throw;
        }
        finally
        {
            _current = null;
        }

        if (outcome == HelpOutcome.Late)
        {
            workspace.LateWork = work;
            Pause();
        }
        else if (outcome == HelpOutcome.InTime)
        {
            _pause = Math.Max(ShortestPause, _pause - 2);
        }
    }

    private void Pause()
    {
        _pause = Math.Min(2 * _pause, LongestPause);
        _alone = _pause;
    }
}
