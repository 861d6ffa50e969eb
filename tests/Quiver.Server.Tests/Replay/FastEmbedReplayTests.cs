using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Replay;

public sealed class FastEmbedReplayTests
{
    /// <summary>Without keys, and with the plan of the key that most requests were recorded with.</summary>
    [Fact]
    public Task What_the_FastEmbed_Query_API_answered_is_answered() => Replayer.RunAsync(
        "fastembed",
        "FastEmbed",
        model => TestServer.StartWithAsync(
            EmbeddingModel.Load(Path.Combine(Installation.ModelsFolder, model), Precision.F32),
            new ServeOptions { Compat = new HashSet<string> { "fastembed" }, Plan = "fastembed-scale" },
            time: new RecordedMonth()));

    /// <summary>The clock in the month of the recording, whose end is in every answer.</summary>
    private sealed class RecordedMonth : TimeProvider
    {
        private readonly long _start = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero) + System.GetElapsedTime(_start);
    }
}
