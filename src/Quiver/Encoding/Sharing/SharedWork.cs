using System.Diagnostics;

namespace Quiver.Encoding.Sharing;

/// <summary>
/// Work in independent pieces, done by two threads: the leader takes pieces from the left and writes them where they belong, the helper takes
/// pieces from the right and writes them aside, from where the leader copies them.
/// </summary>
/// <remarks>
/// A helper that the system takes off its core must not hold the leader up. So the leader waits for a piece about as long as two take and then
/// computes it itself; what the helper still writes aside, nobody looks at. Each element is computed by one thread in the one order there is:
/// who did it does not show.
/// </remarks>
internal abstract class SharedWork(int pieces)
{
    private const int Free = 0, Leaders = 1, Helpers = 2, Computed = 3, TakenOver = 4, GivenUp = 5;

    private readonly int[] _pieces = new int[pieces];
    private volatile bool _helped;

    /// <summary>Whether a helper is inside and may still use what the work reads, and the memory aside.</summary>
    public bool IsHelped => _helped;

    /// <summary>The leader's part: returns when every piece is where it belongs.</summary>
    /// <param name="host">Whom pieces let in at their yield points, or null.</param>
    public HelpOutcome Lead(EncodingHost? host)
    {
        var start = Clock();
        var piece = 0;
        while (piece < _pieces.Length && TryMove(piece, Free, Leaders))
            Compute(piece++);

        // The rest is the helper's, and all but the leftmost of it is computed.
        var patience = 2 * (Clock() - start) / Math.Max(piece, 1);
        var outcome = piece < _pieces.Length ? HelpOutcome.InTime : HelpOutcome.None;
        for (; piece < _pieces.Length; piece++)
        {
            AwaitHelper(piece, patience);
            if (TryMove(piece, Helpers, TakenOver))
            {
                outcome = HelpOutcome.Late;
                Compute(piece);
            }
            else if (TryMove(piece, GivenUp, Leaders))
            {
                Compute(piece);
            }
            else
            {
                Copy(piece);
            }
        }

        return outcome;

        // A piece may take longer than others may wait for this thread.
        void AwaitHelper(int piece, long patience)
        {
            for (var start = Clock(); Volatile.Read(ref _pieces[piece]) == Helpers && Clock() - start <= patience;)
            {
                host?.YieldPoint();
                Thread.SpinWait(1);
            }
        }

        // What ran in between says nothing about how long a piece takes.
        long Clock() => Stopwatch.GetTimestamp() - (host?.SuspendedTicks ?? 0);
    }

    /// <summary>
    /// After <see cref="Lead"/> threw: leaves nothing to take, so that the helper ends after the piece he is at. One who comes later finds nothing.
    /// </summary>
    public void Withdraw()
    {
        for (var piece = 0; piece < _pieces.Length; piece++)
            TryMove(piece, Free, Leaders);
    }

    /// <summary>The helper's part: computes pieces while there are any and its thread is not wanted elsewhere. A piece that he breaks off is the leader's.</summary>
    public void Help(ColumnSharing sharing)
    {
        // Before a piece is taken: from then on the leader looks at it.
        _helped = true;
        for (var piece = _pieces.Length - 1; piece >= 0 && !sharing.IsHelperWanted && TryTakeForHelper(piece); piece--)
        {
            var computed = TryComputeAside(piece, sharing);
            if (!TryMove(piece, Helpers, computed ? Computed : GivenUp) || !computed)
                break;
        }

        _helped = false;
    }

    /// <summary>Makes a piece the helper's, unless the leader has it. From right to left.</summary>
    internal bool TryTakeForHelper(int piece) => TryMove(piece, Free, Helpers);

    /// <summary>Computes a piece where it belongs. On the leader's thread.</summary>
    protected abstract void Compute(int piece);

    /// <summary>Computes a piece aside, unless the helper is wanted elsewhere before the end of a long one. On his thread, and so with none of the leader's scratch memory.</summary>
    protected internal abstract bool TryComputeAside(int piece, ColumnSharing sharing);

    /// <summary>Brings a piece that was computed aside to where it belongs.</summary>
    protected abstract void Copy(int piece);

    private bool TryMove(int piece, int from, int to) => Interlocked.CompareExchange(ref _pieces[piece], to, from) == from;
}

/// <summary>What became of the help with one work.</summary>
internal enum HelpOutcome
{
    /// <summary>Nobody took a piece.</summary>
    None,

    InTime,

    /// <summary>The leader overtook the helper, who may still be at his piece.</summary>
    Late,
}
