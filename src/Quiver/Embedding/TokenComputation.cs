using Quiver.Diagnostics;
using Quiver.Embedding.Scheduling;

namespace Quiver.Embedding;

/// <summary>Takes the vectors of one text's tokens, by the text's position; called on several runners at once.</summary>
/// <returns>false if an element is not finite.</returns>
internal delegate bool TakeTokenVectors(int position, ReadOnlySpan<float> output);

/// <summary>The texts of one request for a vector per token, on their way through the scheduler. The first failure or the cancellation settles the request.</summary>
internal sealed class TokenComputation
{
    private readonly TakeTokenVectors _take;
    private readonly Text[] _texts;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unfinished;
    private long _longestQueue;
    private long _longestInference;

    public TokenComputation(IReadOnlyList<TokenizedInput> inputs, TakeTokenVectors take)
    {
        _take = take;
        _unfinished = inputs.Count;
        _texts = new Text[inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
            _texts[i] = new Text(this, i, inputs[i]);
    }

    public IReadOnlyList<ScheduledText> Texts => _texts;

    /// <summary>Ends when the output of every text was taken.</summary>
    public Task Completion => _completion.Task;

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

    private sealed class Text(TokenComputation request, int position, TokenizedInput input)
        : ScheduledText(input, ScheduledOutput.TokenVectors)
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
