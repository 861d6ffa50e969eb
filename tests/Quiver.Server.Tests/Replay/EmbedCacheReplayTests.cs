using System.Text.Json.Nodes;
using Quiver.Accounts;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>What the Vector Embed Cache Server was asked and answered, asked of Quiver with the model that stood for nomic's then.</summary>
public sealed class EmbedCacheReplayTests : IDisposable
{
    private readonly TemporaryFolder _model = new();

    [Fact]
    public Task What_the_Vector_Embed_Cache_Server_answered_is_answered() => Replayer.RunAsync(EmbedCacheRecording.Exchanges(), "EmbedCache", StartAsync);

    public void Dispose() => _model.Dispose();

    private async Task<ReplaySession> StartAsync(string setup)
    {
        var data = new TemporaryFolder();
        var options = new ServeOptions
        {
            Compat = new HashSet<string> { "embed-cache" },
            Auth = AuthMode.Multi,
            DataFolder = data.Path,
            Aliases = [new("nomic-v1.5", "all-MiniLM-L6-v2"), new("nomic-v2-moe", "all-MiniLM-L6-v2")],
        };
        options = setup switch
        {
            "B" => options with { PlanLimits = new PresetLimits { EmbedCacheFree = 2, EmbedCachePaid = 5 } },
            "D" => options with { EmbedCacheMaxBatch = 5, EmbedCacheMaxPayload = 500, CorsOrigins = ["https://app.example.org", "https://two.example.org"] },
            _ => options,
        };
        var session = new EmbedCacheSession(await TestServer.StartWithAsync(EmbeddingModel.Load(Model(), Precision.F32, "all-MiniLM-L6-v2"), options), data);
        // In E the exchanges make the account themselves.
        await session.PrepareAsync(setup == "E" ? "prepared.example.com" : "example.com");
        return session;
    }

    /// <summary>The service put this before every text, also for this model.</summary>
    private string Model()
    {
        var settings = _model.File("config_sentence_transformers.json");
        if (File.Exists(settings))
            return _model.Path;
        foreach (var source in Directory.EnumerateFiles(TestData.DefaultModel, "*", SearchOption.AllDirectories))
        {
            var target = _model.File(Path.GetRelativePath(TestData.DefaultModel, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        var json = File.Exists(settings) ? JsonNode.Parse(File.ReadAllText(settings))!.AsObject() : [];
        json["prompts"] = new JsonObject { ["document"] = "search_document: " };
        File.WriteAllText(settings, json.ToJsonString());
        return _model.Path;
    }
}
