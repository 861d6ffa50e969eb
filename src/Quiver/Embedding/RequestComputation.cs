using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>Takes what was computed for one text, by its position; called on several runners at once.</summary>
/// <returns>false if an element is not finite.</returns>
internal delegate bool TakeOutput(int position, ReadOnlySpan<float> output);

/// <summary>Texts that one request computes for itself, past the cache and shared with nobody. The first failure or the cancellation settles it.</summary>
internal sealed class RequestComputation
{
    private readonly TakeOutput _take;
    private readonly Text[] _texts;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unfinished;
    private long _longestQueue;
    private long _longestInference;

    public RequestComputation(IReadOnlyList<TokenizedInput> inputs, ScheduledOutput output, TakeOutput take)
    {
        _take = take;
        _unfinished = inputs.Count;
        _texts = new Text[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
            _texts[i] = new Text(this, i, inputs[i], output);
    }

    /// <summary>Queues the texts and waits until the output of each was taken.</summary>
    /// <param name="work">Makes of the texts what is queued.</param>
    /// <returns>The longest wait of a text for its runner, and the longest run.</returns>
    public async Task<EmbeddingTimes> RunAsync(Scheduler scheduler, Func<IReadOnlyList<ScheduledText>, ScheduledWork> work, CancellationToken cancellationToken)
    {
        await using var cancellation = cancellationToken.Register(() => _completion.TrySetCanceled(cancellationToken));
        try
        {
            scheduler.Enqueue(work(_texts));
            await _completion.Task;
            return new EmbeddingTimes(default, TimeSpan.FromTicks(Volatile.Read(ref _longestQueue)), TimeSpan.FromTicks(Volatile.Read(ref _longestInference)));
        }
        finally
        {
            if (Volatile.Read(ref _unfinished) > 0)
                Array.ForEach(_texts, text => text.Cancel());
        }
    }

    private static void Raise(ref long highest, long value)
    {
        for (var seen = Volatile.Read(ref highest); value > seen; seen = Volatile.Read(ref highest))
            Interlocked.CompareExchange(ref highest, value, seen);
    }

    private sealed class Text(RequestComputation request, int position, TokenizedInput input, ScheduledOutput kind) : ScheduledText(input, kind)
    {
        protected internal override void Complete(ReadOnlySpan<float> output, in ScheduledTimes times)
        {
            Raise(ref request._longestQueue, times.Queue.Ticks);
            Raise(ref request._longestInference, times.Inference.Ticks);
            if (!request._take(position, output))
                Fail(new QuiverException(ErrorKind.Internal, "The model gave a vector that is not finite."));
            else if (Interlocked.Decrement(ref request._unfinished) == 0)
                request._completion.TrySetResult();
        }

        protected internal override void Fail(QuiverException error) => request._completion.TrySetException(error);
    }
}
