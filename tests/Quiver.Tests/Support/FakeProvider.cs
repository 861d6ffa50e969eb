using System.Collections.Concurrent;
using Quiver.Embedding;

namespace Quiver.Tests.Support;

/// <summary>A remote embedder whose vector of a text is [its length, 1], and whose calls a test can hold or fail.</summary>
internal sealed class FakeProvider : IRemoteEmbedder, IDisposable
{
    private readonly ConcurrentQueue<IReadOnlyList<string>> _calls = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public string Name => "fake";

    public int Width => 2;

    public ReadOnlyMemory<byte> Identity { get; init; } = new byte[32];

    public int MaxTexts { get; init; } = 8;

    /// <summary>What happens before a call is answered.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<IReadOnlyList<string>> Calls => [.. _calls];

    /// <summary>Until one more call has come.</summary>
    public Task WaitForCallAsync() => _arrived.WaitAsync(TestContext.Current.CancellationToken);

    public void Dispose() => _arrived.Dispose();

    public async Task<float[][]> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        _calls.Enqueue(texts);
        _arrived.Release();
        await Before(cancellationToken);
        return [.. texts.Select(text => new float[] { text.Length, 1 })];
    }
}
