using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Replay;

public sealed class FastEmbedReplayTests
{
    /// <summary>Without a key: what was recorded on keys and quotas is for the day when there are accounts.</summary>
    [Fact]
    public Task What_the_FastEmbed_Query_API_answered_is_answered() => Replayer.RunAsync(
        "fastembed",
        "FastEmbed",
        model => TestServer.StartWithAsync(
            EmbeddingModel.Load(Path.Combine(Installation.ModelsFolder, model), Precision.F32),
            new ServeOptions { Compat = new HashSet<string> { "fastembed" } }));
}
