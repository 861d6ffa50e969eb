using Quiver.Diagnostics;

namespace Quiver.Embedding.Scheduling;

/// <summary>One text to compute. It ends in exactly one of <see cref="Complete"/>, <see cref="Fail"/> or a <see cref="Cancel"/> that returned true.</summary>
/// <remarks>
/// Both callbacks run on a runner's thread, or on the one that closes the scheduler; they must be quick, must not block and must not throw.
/// A text whose request <see cref="Scheduler.Enqueue"/> refused was never queued, and ends in none of them.
/// </remarks>
internal abstract class ScheduledText(TokenizedInput input, ScheduledOutput output = ScheduledOutput.Vector)
{
    private int _state = (int)TextState.New;
    private Scheduler? _scheduler;

    public TokenizedInput Input { get; } = input;

    public ScheduledOutput Output { get; } = output;

    /// <summary>What it was queued with. The queue's, as are the others below.</summary>
    internal ScheduledWork? Work { get; private set; }

    /// <summary>The unit it runs in, while it does.</summary>
    internal WorkUnit? Unit { get; private set; }

    internal TextState State
    {
        get => (TextState)Volatile.Read(ref _state);
        private set => Volatile.Write(ref _state, (int)value);
    }

    /// <summary>
    /// Says that nobody waits for the text any more. One that waits leaves the queue and its room is free when this returns; the result of
    /// one that runs is discarded, and a unit of which no text is left stops at its next yield point. Any thread, any time.
    /// </summary>
    /// <returns>Whether it came in time: then neither <see cref="Complete"/> nor <see cref="Fail"/> is called, or ever will be.</returns>
    public bool Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, (int)TextState.Cancelled, (int)TextState.New) == (int)TextState.New)
            return true;
        return Volatile.Read(ref _scheduler)?.Cancel(this) ?? false;
    }

    /// <param name="output">What <see cref="Output"/> says. The runner's memory: copy what shall stay.</param>
    /// <param name="times">Where its time went.</param>
    protected internal abstract void Complete(ReadOnlySpan<float> output, in ScheduledTimes times);

    /// <summary>The embedder failed on this text (<see cref="ErrorKind.Internal"/>), or the scheduler was closed before its turn (<see cref="ErrorKind.Unavailable"/>).</summary>
    protected internal abstract void Fail(QuiverException error);

    /// <summary>New → waiting, unless it is not new any more. The scheduler is known before the state says so, for a <see cref="Cancel"/> at the same time.</summary>
    internal bool TryWait(Scheduler scheduler, ScheduledWork work)
    {
        if (State != TextState.New)
            return false;
        Work = work;
        Volatile.Write(ref _scheduler, scheduler);
        return Interlocked.CompareExchange(ref _state, (int)TextState.Waiting, (int)TextState.New) == (int)TextState.New;
    }

    /// <summary>One that waits goes on waiting in another work.</summary>
    internal void Move(ScheduledWork work) => Work = work;

    internal void Start(WorkUnit unit)
    {
        Unit = unit;
        State = TextState.Running;
    }

    /// <summary>Waiting or running → done, failed or cancelled.</summary>
    internal void End(TextState state)
    {
        Unit = null;
        State = state;
    }
}

/// <summary>What a text is computed for.</summary>
internal enum ScheduledOutput
{
    /// <summary>Its base vector, [<see cref="IEmbedder.Width"/>].</summary>
    Vector,

    /// <summary>The last hidden states of its tokens, [tokens × <see cref="IEmbedder.TokenWidth"/>]. Such a text has a unit of its own.</summary>
    TokenVectors,
}

/// <summary>See readme.md beside this file for who moves a text from one to the next.</summary>
internal enum TextState
{
    New,
    Waiting,
    Running,
    Done,
    Failed,
    Cancelled,
}
