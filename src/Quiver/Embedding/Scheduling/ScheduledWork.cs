namespace Quiver.Embedding.Scheduling;

/// <summary>What one request queues at once: its texts, shortest first, in one lane.</summary>
/// <remarks>Belongs to the scheduler once it is enqueued; everything that changes is changed under its lock.</remarks>
internal sealed class ScheduledWork
{
    /// <summary>The most texts of interactive work.</summary>
    public const int MaxInteractiveTexts = 8;

    /// <summary>The most tokens of interactive work.</summary>
    public const int MaxInteractiveTokens = 1024;

    private readonly ScheduledText[] _shortestFirst;
    private int _next;

    /// <param name="texts">At least one. One may be in two works: it is computed once, in the interactive one if that comes while it waits.</param>
    /// <param name="caller">Callers of one lane take turns, then the requests of one caller.</param>
    /// <param name="bulk">Whether it waits behind interactive work even if it is small.</param>
    public ScheduledWork(IEmbedder embedder, IReadOnlyList<ScheduledText> texts, string caller = "", bool bulk = false)
    {
        Embedder = embedder;
        Caller = caller;
        Place = new LinkedListNode<ScheduledWork>(this);
        _shortestFirst = [.. texts];
        var lengths = new int[texts.Count];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = texts[i].Input.Ids.Length;
            Tokens += lengths[i];
        }

        Array.Sort(lengths, _shortestFirst);
        Interactive = !bulk && IsSmall(texts.Count, Tokens);
    }

    public IEmbedder Embedder { get; }

    public string Caller { get; }

    /// <summary>Someone waits for it: at most 8 texts and 1,024 tokens, and not lowered to bulk.</summary>
    public bool Interactive { get; }

    /// <summary>Whether its texts go into one unit, as far as they fit, rather than over all runners.</summary>
    public bool Together { get; init; }

    /// <summary>Tokens of all its texts.</summary>
    public long Tokens { get; }

    public int WaitingTexts { get; private set; }

    public long WaitingTokens { get; private set; }

    /// <summary>When it was enqueued, as a timestamp of the scheduler's clock.</summary>
    public long EnqueuedAt { get; private set; }

    /// <summary>Where it stands among its caller's.</summary>
    public LinkedListNode<ScheduledWork> Place { get; }

    /// <summary>The texts that still wait, shortest first.</summary>
    public IEnumerable<ScheduledText> Waiting => _shortestFirst.Skip(_next).Where(IsWaiting);

    /// <summary>Whether so much may be interactive.</summary>
    public static bool IsSmall(int texts, long tokens) => texts <= MaxInteractiveTexts && tokens <= MaxInteractiveTokens;

    /// <summary>
    /// Makes its texts wait: those that are new, and if it is interactive those that wait in the bulk lane, which they leave. Where it is
    /// interactive, a bulk unit that one of them runs in yields no more. The others were cancelled before, or are on their way in another work.
    /// </summary>
    public void Enter(Scheduler scheduler, Lane bulk, long timestamp)
    {
        EnqueuedAt = timestamp;
        foreach (var text in _shortestFirst)
        {
            if (Interactive && text is { State: TextState.Running, Unit: { } unit })
            {
                unit.Hurry();
                continue;
            }

            if (Interactive && text is { State: TextState.Waiting, Work.Interactive: false })
            {
                bulk.Remove(text);
                text.Move(this);
            }
            else if (!text.TryWait(scheduler, this))
            {
                continue;
            }

            WaitingTexts++;
            WaitingTokens += text.Input.Ids.Length;
        }
    }

    /// <summary>The shortest text that waits; there must be one.</summary>
    public ScheduledText Peek()
    {
        while (!IsWaiting(_shortestFirst[_next]))
            _next++;
        return _shortestFirst[_next];
    }

    /// <summary>Takes one of its waiting texts out of the count.</summary>
    public void Remove(ScheduledText text)
    {
        WaitingTexts--;
        WaitingTokens -= text.Input.Ids.Length;
    }

    private bool IsWaiting(ScheduledText text) => text.State == TextState.Waiting && text.Work == this;
}
