using System.Text.Json.Nodes;
using Quiver.Encoding;
using Quiver.Models;
using Quiver.Tests.Encoding.Reference;
using Quiver.Tests.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Encoding;

/// <summary>Folders whose parts are well-formed and do not belong together: refused at load, and numbers that are none are never lost.</summary>
public sealed class HostileModelTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(4096)]
    public void Heads_that_do_not_make_up_the_hidden_size_are_refused(int headSize)
    {
        using var folder = Tiny("bert", "config.json", config => config["head_dim"] = headSize);
        var error = Assert.Throws<ModelFormatException>(() => Load(folder));
        Assert.Contains($"4 heads of {headSize}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    [InlineData(512)]
    public void Buckets_that_mpnet_cannot_lay_out_are_refused(int buckets)
    {
        using var folder = Tiny("mpnet", "config.json", config => config["relative_attention_num_buckets"] = buckets);
        var error = Assert.Throws<ModelFormatException>(() => Load(folder));
        Assert.Contains("relative_attention_num_buckets", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["Transformer", "Pooling", "Pooling"]""")]
    [InlineData("""["Transformer", "Normalize", "Pooling"]""")]
    [InlineData("""["Transformer", "Normalize"]""")]
    public void Modules_in_an_order_that_means_something_else_are_refused(string types)
    {
        using var folder = new ScratchFolder().CopyOf(TestData.TinyModel("bert"));
        var modules = JsonNode.Parse(types)!.AsArray().Select((type, i) => new JsonObject
        {
            ["idx"] = i,
            ["name"] = $"{i}",
            ["path"] = (string?)type switch { "Transformer" => "", "Pooling" => "1_Pooling", _ => "2_Normalize" },
            ["type"] = $"sentence_transformers.models.{type}",
        });
        folder.Write("modules.json", new JsonArray([.. modules]).ToJsonString());

        var error = Assert.Throws<ModelFormatException>(() => Load(folder));
        Assert.EndsWith("modules.json", error.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder.layer.0.attention.self.key.weight", float.NaN)]
    [InlineData("encoder.layer.0.output.dense.weight", float.PositiveInfinity)]
    [InlineData("encoder.layer.0.intermediate.dense.bias", float.NaN)]
    [InlineData("embeddings.LayerNorm.weight", float.NegativeInfinity)]
    public void A_weight_that_is_not_a_number_is_refused_by_its_tensor(string tensor, float value)
    {
        using var bert = new RandomBert(64, 4, 128, 1, 16, change: weights => weights[tensor][^1] = value);
        foreach (var precision in Enum.GetValues<Precision>())
        {
            var error = Assert.Throws<ModelFormatException>(() => TextEncoder.Load(ModelFolder.Open(bert.Folder), precision));
            Assert.Contains(tensor, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(Precision.F32, float.NaN)]
    [InlineData(Precision.Int16, float.NaN)]
    [InlineData(Precision.F32, float.PositiveInfinity)]
    [InlineData(Precision.Int16, float.PositiveInfinity)]
    public void An_embedding_that_is_not_a_number_never_becomes_a_finite_vector(Precision precision, float value)
    {
        const int Id = 7, Hidden = 64;
        using var bert = new RandomBert(Hidden, 4, 128, 2, 16, change: weights => weights["embeddings.word_embeddings.weight"][Id * Hidden + 5] = value);
        using var model = new LoadedModel(bert.Folder, precision);

        Assert.All(model.Encode([1, Id, 3]), element => Assert.False(float.IsFinite(element)));
        Assert.All(model.Encode([1, 2, 3]), element => Assert.True(float.IsFinite(element)));
    }

    private static ScratchFolder Tiny(string name, string file, Action<JsonObject> change)
    {
        var folder = new ScratchFolder().CopyOf(TestData.TinyModel(name));
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder.Path, file)))!.AsObject();
        change(json);
        folder.Write(file, json.ToJsonString());
        return folder;
    }

    private static TextEncoder Load(ScratchFolder folder) => TextEncoder.Load(ModelFolder.Open(folder.Path), Precision.Int16);
}
