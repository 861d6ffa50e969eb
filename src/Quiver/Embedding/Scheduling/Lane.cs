namespace Quiver.Embedding.Scheduling;

/// <summary>A bounded lane: callers take turns, the requests of one caller take turns, and short texts of one request go first.</summary>
/// <remarks>Not thread-safe. It knows a caller only while something of his waits.</remarks>
internal sealed class Lane(int maxTokens, int maxTexts)
{
    private readonly Dictionary<string, Turn> _byCaller = new(StringComparer.Ordinal);
    private readonly LinkedList<Turn> _turns = [];

    public int Texts { get; private set; }

    public long Tokens { get; private set; }

    public bool IsEmpty => Texts == 0;

    /// <summary>
    /// One rule for one text and for thousands: what already waits decides, not what comes. So a large request finds the same chance as a
    /// small one, and no request is too large for an idle server; what waits is bounded by the limit and one request.
    /// </summary>
    public bool HasRoom => Texts < maxTexts && Tokens < maxTokens;

    /// <summary>Takes work that has entered. Work of which nothing waits is not kept.</summary>
    public void Add(ScheduledWork work)
    {
        if (work.WaitingTexts == 0)
            return;
        if (!_byCaller.TryGetValue(work.Caller, out var turn))
        {
            turn = new Turn();
            _byCaller.Add(work.Caller, turn);
            _turns.AddLast(turn.Place);
        }

        turn.Works.AddLast(work.Place);
        Texts += work.WaitingTexts;
        Tokens += work.WaitingTokens;
    }

    /// <summary>Fills a unit from as many requests as it takes to reach its limits.</summary>
    /// <param name="maxTokens">The limit of its tokens, but for a first text that alone is longer.</param>
    public void Fill(WorkUnit unit, long maxTokens)
    {
        while (_turns.First is { Value: var turn })
        {
            var work = turn.Works.First!.Value;
            var text = work.Peek();
            if (!unit.Takes(text, work.Embedder, maxTokens))
                return;

            _turns.RemoveFirst();
            _turns.AddLast(turn.Place);
            turn.Works.RemoveFirst();
            turn.Works.AddLast(work.Place);
            do
            {
                unit.Add(text, work.Embedder);
                Remove(text);
            }
            while (work.WaitingTexts > 0 && unit.Takes(text = work.Peek(), work.Embedder, maxTokens));
        }
    }

    /// <summary>The request whose turn it is.</summary>
    public ScheduledWork First => _turns.First!.Value.Works.First!.Value;

    /// <summary>Takes one waiting text out, and what it was the last of.</summary>
    public void Remove(ScheduledText text)
    {
        var work = text.Work!;
        work.Remove(text);
        Texts--;
        Tokens -= text.Input.Ids.Length;
        if (work.WaitingTexts > 0)
            return;

        var turn = _byCaller[work.Caller];
        turn.Works.Remove(work.Place);
        if (turn.Works.Count > 0)
            return;
        _turns.Remove(turn.Place);
        _byCaller.Remove(work.Caller);
    }

    /// <summary>Everything that waits.</summary>
    public List<ScheduledText> Waiting() => [.. _turns.SelectMany(turn => turn.Works).SelectMany(work => work.Waiting)];

    private sealed class Turn
    {
        public Turn() => Place = new LinkedListNode<Turn>(this);

        public LinkedListNode<Turn> Place { get; }

        public LinkedList<ScheduledWork> Works { get; } = [];
    }
}
