using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Quiver.Embedding;
using Quiver.Encoding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Replay;

/// <summary>What Text Embeddings Inference 1.9.3 was asked and answered, asked of Quiver with the same models.</summary>
public sealed class TeiReplayTests : IDisposable
{
    private readonly List<TemporaryFolder> _folders = [];

    [Fact]
    public Task Every_exchange_is_answered_alike_but_for_the_listed_differences() => Replayer.RunAsync("tei", "TEI", StartAsync);

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    /// <summary>Starts Quiver as docs/coming-from-tei.md translates TEI's flags.</summary>
    private Task<TestServer> StartAsync(string setup)
    {
        var words = CommandLineParser.SplitCommandLine(setup).ToArray();
        var name = words[0] == "all-MiniLM-L6-v2" ? "sentence-transformers/all-MiniLM-L6-v2" : words[0];
        var folder = FolderOf(words[0]);
        var options = new ServeOptions { Compat = new HashSet<string> { "tei" } };
        foreach (var (flag, value) in Flags(words))
        {
            switch (flag)
            {
                case "--api-key":
                    options = options with { ApiKey = value };
                    break;
                case "--auto-truncate":
                    options = options with { AutoTruncate = bool.Parse(value) };
                    break;
                case "--max-client-batch-size":
                    options = options with { MaxClientBatchSize = int.Parse(value, null) };
                    break;
                case "--payload-limit":
                    options = options with { PayloadLimit = int.Parse(value, null) };
                    break;
                case "--served-model-name":
                    options = options with { Aliases = [new(value, name)] };
                    break;
                case "--default-prompt-name":
                    folder = Changed(folder, "config_sentence_transformers.json", settings => settings["default_prompt_name"] = value);
                    break;
                case "--default-prompt":
                    folder = Changed(folder, "config_sentence_transformers.json", settings => (settings["prompts"], settings["default_prompt_name"]) = (new JsonObject { ["default"] = value }, "default"));
                    break;
                case "--pooling":
                    folder = Changed(folder, Path.Combine("1_Pooling", "config.json"), settings => ChoosePooling(settings, value));
                    break;
            }
        }

        return TestServer.StartWithAsync(EmbeddingModel.Load(folder, Precision.F32, name), options);
    }

    /// <summary>Models of kinds that Quiver does not run yet are stood in for by one that embeds: what is refused is refused alike.</summary>
    private string FolderOf(string model) => model switch
    {
        "all-MiniLM-L6-v2" => TestData.DefaultModel,
        "tiny-bert-prompts" => Changed(TestData.TinyModel("bert"), "config_sentence_transformers.json", settings =>
            settings["prompts"] = new JsonObject { ["query"] = "query: ", ["document"] = "passage: " }),
        "tiny-cross-encoder" or "tiny-bert-classifier" or "tiny-bert-multilabel" or "tiny-splade-bert" => TestData.TinyModel("bert"),
        _ => TestData.TinyModel(model["tiny-".Length..]),
    };

    private static IEnumerable<(string Flag, string Value)> Flags(string[] words) =>
        words.Index().Where(word => word.Item.StartsWith("--", StringComparison.Ordinal)).Select(word => (word.Item, words.ElementAtOrDefault(word.Index + 1) ?? ""));

    private static void ChoosePooling(JsonObject settings, string pooling)
    {
        foreach (var (mode, member) in new[] { ("cls", "cls_token"), ("mean", "mean_tokens"), ("last-token", "lasttoken") })
            settings[$"pooling_mode_{member}"] = mode == pooling;
    }

    /// <summary>A copy of a model folder with one of its JSON files changed.</summary>
    private string Changed(string folder, string file, Action<JsonObject> change)
    {
        var copy = new TemporaryFolder();
        _folders.Add(copy);
        foreach (var source in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var target = copy.File(Path.GetRelativePath(folder, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        var settings = JsonNode.Parse(File.ReadAllText(copy.File(file)))!.AsObject();
        change(settings);
        File.WriteAllText(copy.File(file), settings.ToJsonString());
        return copy.Path;
    }
}
