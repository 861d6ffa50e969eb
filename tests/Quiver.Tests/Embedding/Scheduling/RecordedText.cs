using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;

namespace Quiver.Tests.Embedding.Scheduling;

/// <summary>A text that remembers how it ended, and breaks the test if it ends twice.</summary>
internal sealed class RecordedText(int tokens, ScheduledOutput kind = ScheduledOutput.Vector)
    : ScheduledText(new TokenizedInput([.. Enumerable.Range(3, tokens)], null, tokens), kind)
{
    private readonly TaskCompletionSource<float[]> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was computed, or the failure. Stays open for a cancelled text.</summary>
    public Task<float[]> Ended => _end.Task;

    public ScheduledTimes Times { get; private set; }

    protected internal override void Complete(ReadOnlySpan<float> output, in ScheduledTimes times)
    {
        Times = times;
        _end.SetResult(output.ToArray());
    }

    protected internal override void Fail(QuiverException error) => _end.SetException(error);
}
