using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>A text that remembers how it ended, and breaks the test if it ends twice.</summary>
internal sealed class RecordedText(int tokens) : ScheduledText(new TokenizedInput([.. Enumerable.Range(3, tokens)], null, tokens))
{
    private readonly TaskCompletionSource<float[]> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The base vector, or the failure. Stays open for a cancelled text.</summary>
    public Task<float[]> Ended => _end.Task;

    public ScheduledTimes Times { get; private set; }

    protected internal override void Complete(ReadOnlySpan<float> baseVector, in ScheduledTimes times)
    {
        Times = times;
        _end.SetResult(baseVector.ToArray());
    }

    protected internal override void Fail(QuiverException error) => _end.SetException(error);
}
