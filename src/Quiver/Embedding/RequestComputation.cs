using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>The texts of one request on their way through the scheduler, and the vectors they become.</summary>
/// <remarks>Texts complete on several runners at once, each into its own row. The first failure or the cancellation settles the request.</remarks>
internal sealed class RequestComputation
{
    private readonly VectorForm _form;
    private readonly float[] _vectors;
    private readonly Text[] _texts;
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unfinished;
    private long _longestQueue;
    private long _longestInference;

    public RequestComputation(TokenizedInput[] inputs, VectorForm form)
    {
        _form = form;
        _unfinished = inputs.Length;
        _vectors = GC.AllocateUninitializedArray<float>(checked(inputs.Length * form.Dimensions));
        _texts = new Text[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
            _texts[i] = new Text(this, i, inputs[i]);
    }

    public IReadOnlyList<ScheduledText> Texts => _texts;

    /// <summary>The vectors, [texts × dimensions] in the order of the request.</summary>
    public Task<float[]> Completion => _completion.Task;

    /// <summary>The longest wait of a text for its runner.</summary>
    public TimeSpan Queue => TimeSpan.FromTicks(Volatile.Read(ref _longestQueue));

    /// <summary>The longest run of a text.</summary>
    public TimeSpan Inference => TimeSpan.FromTicks(Volatile.Read(ref _longestInference));

    public void Cancel(CancellationToken cancellationToken) => _completion.TrySetCanceled(cancellationToken);

    /// <summary>Takes out of the queue what is left of a settled request.</summary>
    public void Drop()
    {
        if (Volatile.Read(ref _unfinished) == 0)
            return;
        foreach (var text in _texts)
            text.Cancel();
    }

    private static void Raise(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
            Interlocked.CompareExchange(ref highest, value, seen);
    }

    private sealed class Text(RequestComputation request, int position, TokenizedInput input) : ScheduledText(input)
    {
        protected internal override void Complete(ReadOnlySpan<float> baseVector, in ScheduledTimes times)
        {
            Raise(ref request._longestQueue, times.Queue.Ticks);
            Raise(ref request._longestInference, times.Inference.Ticks);
            var dimensions = request._form.Dimensions;
            if (!request._form.TryDerive(baseVector, request._vectors.AsSpan(position * dimensions, dimensions)))
                Fail(new QuiverException(ErrorKind.Internal, "The model gave a vector that is not finite."));
            else if (Interlocked.Decrement(ref request._unfinished) == 0)
                request._completion.TrySetResult(request._vectors);
        }

        protected internal override void Fail(QuiverException error) => request._completion.TrySetException(error);
    }
}
