using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;

namespace Quiver.Bench.Load;

/// <summary>A text that one thread waits for, without spinning: the cores are the runners'.</summary>
internal sealed class WaitedText(TokenizedInput input) : ScheduledText(input), IDisposable
{
    private readonly ManualResetEventSlim _done = new(false, spinCount: 0);

    public void Wait() => _done.Wait();

    public void Dispose() => _done.Dispose();

    protected internal override void Complete(ReadOnlySpan<float> output, in ScheduledTimes times) => _done.Set();

    protected internal override void Fail(QuiverException error) => throw error;
}
