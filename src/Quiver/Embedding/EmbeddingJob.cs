using Quiver.Diagnostics;

namespace Quiver.Embedding;

/// <summary>A request on its way through the queue: its inputs shortest first, cut into units that runners take one by one.</summary>
/// <remarks>
/// <see cref="WorkQueue"/> hands out units under its lock; <see cref="Run"/> is called by several runners at once, each on its own unit and
/// its own rows of the vectors. The first failure or the cancellation settles <see cref="Completion"/>; what still runs then is discarded.
/// </remarks>
internal sealed class EmbeddingJob
{
    /// <summary>The most texts of a job in the interactive lane.</summary>
    public const int MaxInteractiveTexts = 8;

    private readonly IEmbedder _embedder;
    private readonly VectorForm _form;
    private readonly TokenizedInput[] _shortestFirst;
    private readonly int[] _positions;
    private readonly float[] _vectors;
    private readonly TimeProvider _time;
    private readonly long _created;
    private long _lastStart;
    private long _longestRun;
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;
    private int _unfinished;

    public EmbeddingJob(IEmbedder embedder, TokenizedInput[] inputs, VectorForm form, TimeProvider time)
    {
        _time = time;
        _created = _lastStart = time.GetTimestamp();
        _embedder = embedder;
        _form = form;
        Place = new LinkedListNode<EmbeddingJob>(this);
        _positions = new int[inputs.Length];
        var lengths = new int[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            _positions[i] = i;
            lengths[i] = inputs[i].Ids.Length;
            Tokens += lengths[i];
        }

        WaitingTokens = Tokens;
        Array.Sort(lengths, _positions);
        _shortestFirst = Array.ConvertAll(_positions, position => inputs[position]);
        _vectors = GC.AllocateUninitializedArray<float>(checked(inputs.Length * form.Dimensions));
        _unfinished = inputs.Length;
    }

    /// <summary>Requests of at most 8 texts and 1,024 tokens: someone waits for them.</summary>
    public bool Interactive => Texts <= MaxInteractiveTexts && Tokens <= 1024;

    public int Texts => _shortestFirst.Length;

    public long Tokens { get; }

    /// <summary>The vectors, [texts × dimensions] in the order of the request.</summary>
    public Task<float[]> Completion => _completion.Task;

    /// <summary>The longest wait of a unit for its runner.</summary>
    public TimeSpan Queued => _time.GetElapsedTime(_created, Volatile.Read(ref _lastStart));

    /// <summary>The longest run of a unit.</summary>
    public TimeSpan Computing => TimeSpan.FromTicks(Volatile.Read(ref _longestRun));

    /// <summary>Where the job stands in its lane. The queue's.</summary>
    public LinkedListNode<EmbeddingJob> Place { get; }

    public int WaitingTexts => Texts - _next;

    public long WaitingTokens { get; private set; }

    /// <summary>Takes the next texts: one at least, and no more than the limits allow.</summary>
    public WorkUnit NextUnit(int maxTexts, int maxTokens)
    {
        var first = _next;
        var tokens = _shortestFirst[_next++].Ids.Length;
        while (WaitingTexts > 0 && _next - first < maxTexts && tokens + _shortestFirst[_next].Ids.Length <= maxTokens)
            tokens += _shortestFirst[_next++].Ids.Length;
        WaitingTokens -= tokens;
        return new WorkUnit(this, first, _next - first, tokens);
    }

    /// <summary>Computes one unit. Never throws: a failure settles the job, and the runner goes on with others.</summary>
    public void Run(in WorkUnit unit, ref float[] scratch)
    {
        var start = _time.GetTimestamp();
        Raise(ref _lastStart, start);
        try
        {
            var width = _embedder.Width;
            if (scratch.Length < unit.Texts * width)
                scratch = new float[unit.Texts * width];
            var baseVectors = scratch.AsSpan(0, unit.Texts * width);
            _embedder.Embed(_shortestFirst.AsSpan(unit.First, unit.Texts), baseVectors);

            for (var i = 0; i < unit.Texts; i++)
            {
                var row = _vectors.AsSpan(_positions[unit.First + i] * _form.Dimensions, _form.Dimensions);
                if (!_form.TryDerive(baseVectors.Slice(i * width, width), row))
                    throw new QuiverException(ErrorKind.Internal, "The model gave a vector that is not finite.");
            }

            Raise(ref _longestRun, _time.GetElapsedTime(start).Ticks);
            if (Interlocked.Add(ref _unfinished, -unit.Texts) == 0)
                _completion.TrySetResult(_vectors);
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to this request; the thread serves others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(exception as QuiverException ?? new QuiverException(ErrorKind.Internal, "The model failed on this request.", exception));
        }
    }

    public void Fail(QuiverException exception) => _completion.TrySetException(exception);

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    private static void Raise(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
            Interlocked.CompareExchange(ref highest, value, seen);
    }
}

/// <summary>Some consecutive texts of a job, for one runner.</summary>
internal readonly record struct WorkUnit(EmbeddingJob Job, int First, int Texts, int Tokens);
