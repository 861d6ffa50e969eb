using System.Text.Json.Nodes;
using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class ModelConfigTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Old_member_names_mean_the_same()
    {
        var distilbert = ModelFolder.Open(TestData.TinyModel("distilbert")).Config;
        var nomic = Read("""
            {"model_type":"nomic_bert","n_embd":64,"n_head":4,"n_inner":128,"n_layer":2,"n_positions":256,"layer_norm_epsilon":1e-7,
             "activation_function":"swiglu","vocab_size":2048,"type_vocab_size":2}
            """);

        Assert.Equal((64, 4, 2, 128), (distilbert.HiddenSize, distilbert.Heads, distilbert.Layers, distilbert.IntermediateSize));
        Assert.Equal((64, 4, 2, 128, 256), (nomic.HiddenSize, nomic.Heads, nomic.Layers, nomic.IntermediateSize, nomic.MaxPositions));
        Assert.Equal((1e-7f, "swiglu"), (nomic.LayerNormEpsilon, nomic.Activation));
    }

    [Fact]
    public void What_a_file_leaves_out_is_what_transformers_gives()
    {
        const string sizes = """
            "vocab_size":100,"hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":16,
            "max_position_embeddings":20
            """;

        var bert = Read($$"""{"model_type":"bert",{{sizes}}}""");
        Assert.Equal(("gelu", 2, 0, 1e-12f, 8), (bert.Activation, bert.TypeVocabularySize, bert.PadTokenId, bert.LayerNormEpsilon, bert.EmbeddingSize));
        Assert.Empty(bert.Architectures);

        var roberta = Read($$"""{"model_type":"roberta",{{sizes}}}""");
        Assert.Equal((1, 2, 18), (roberta.PadTokenId, roberta.FirstPosition, roberta.UsablePositions));

        var mpnet = Read($$"""{"model_type":"mpnet",{{sizes}}}""");
        Assert.Equal((0, 32, 2), (mpnet.TypeVocabularySize, mpnet.RelativeAttentionBuckets, mpnet.FirstPosition));

        var albert = Read($$"""{"model_type":"albert",{{sizes}}}""");
        Assert.Equal(("gelu_new", 128, 1, 1), (albert.Activation, albert.EmbeddingSize, albert.HiddenGroups, albert.InnerGroups));

        var unknown = Read($$"""{"model_type":"else","head_dim":6,{{sizes}}}""");
        Assert.Equal((6, 0), (unknown.HeadSize, unknown.FirstPosition));
        Assert.Null(unknown.PadTokenId);
        Assert.Equal("else", unknown.Raw.GetProperty("model_type").GetString());
    }

    [Theory]
    [InlineData("model_type")]
    [InlineData("vocab_size")]
    [InlineData("hidden_size")]
    [InlineData("num_hidden_layers")]
    [InlineData("num_attention_heads")]
    [InlineData("intermediate_size")]
    [InlineData("max_position_embeddings")]
    public void A_missing_member_is_named(string member)
    {
        var config = BertConfig();
        config.Remove(member);

        var error = Assert.Throws<ModelFormatException>(() => Read(config.ToJsonString()));
        Assert.Contains(member, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("config.json", error.File, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> HostileNumbers()
    {
        var cases = new TheoryData<string, string>();
        string[] members =
        [
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "max_position_embeddings",
            "num_hidden_groups", "embedding_size",
        ];
        string[] values =
        [
            "-1", "0", "1000000000000", "2147483648", "18446744073709551616", "1e999", "64.5", "6.4e1", "\"64\"", "true", "[64]", "{}", "1e-3",
        ];
        foreach (var member in members)
        {
            foreach (var value in values)
                cases.Add(member, value);
        }

        foreach (var value in new[] { "-1", "2147483648", "1.5", "\"0\"", "[]" })
        {
            cases.Add("pad_token_id", value);
            cases.Add("type_vocab_size", value);
        }

        foreach (var value in new[] { "-1e-12", "2", "1e999", "\"1e-12\"", "{}" })
            cases.Add("layer_norm_eps", value);
        foreach (var value in new[] { "7", "true", "[\"gelu\"]", "\"\\ud800\"" })
            cases.Add("hidden_act", value);
        foreach (var value in new[] { "1", "[1]", "{}", "[[\"BertModel\"]]", "[null]" })
            cases.Add("architectures", value);
        foreach (var value in new[] { "\"relative_key\"", "\"alibi\"", "1" })
            cases.Add("position_embedding_type", value);
        foreach (var value in new[] { "true", "1" })
            cases.Add("is_decoder", value);
        cases.Add("num_hidden_groups", "3");
        return cases;
    }

    [Theory]
    [MemberData(nameof(HostileNumbers))]
    public void An_impossible_value_is_refused_by_file_and_member(string member, string value)
    {
        var text = With(member, value);

        var error = Assert.Throws<ModelFormatException>(() => Read(text));
        Assert.EndsWith("config.json", error.File, StringComparison.Ordinal);
        Assert.Contains(member == "num_hidden_groups" && value == "3" ? "3 groups" : member, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Heads_must_divide_the_hidden_size_unless_their_size_is_given()
    {
        Assert.Throws<ModelFormatException>(() => Read(With("num_attention_heads", "5")));

        var config = BertConfig();
        config["num_attention_heads"] = 5;
        config["head_dim"] = 16;
        Assert.Equal((5, 16), (Read(config.ToJsonString()).Heads, Read(config.ToJsonString()).HeadSize));
    }

    [Fact]
    public void A_position_table_that_padding_uses_up_is_refused()
    {
        var config = BertConfig();
        config["model_type"] = "roberta";
        config["pad_token_id"] = 1;
        config["max_position_embeddings"] = 2;
        Assert.Throws<ModelFormatException>(() => Read(config.ToJsonString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"model_type\":\"bert\",\"model_type\":\"albert\"}")]
    [InlineData("{\"model_type\":NaN}")]
    [InlineData("{} {}")]
    [InlineData("{\"model_type\":null}")]
    [InlineData("{\"model_type\":1}")]
    [InlineData("{\"\\ud800\":1}")]
    public void A_config_that_is_no_object_of_its_kind_is_refused(string text)
    {
        var error = Assert.Throws<ModelFormatException>(() => Read(text));
        Assert.EndsWith("config.json", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_refused_even_in_a_member_nobody_reads()
    {
        var good = With("_name_or_path", "\"name\"");
        byte[] bad = [.. SafetensorsBytes.Utf8(good)];
        bad[good.IndexOf("name\"", good.IndexOf("_name_or_path\":", StringComparison.Ordinal) + 16, StringComparison.Ordinal)] = 0xC3;

        Assert.Equal("bert", Read(good).ModelType);
        Assert.Throws<ModelFormatException>(() => ModelConfigReader.Read(_folder.Write("config.json", bad)));
    }

    /// <summary>2,000 seeded mutations of the default model's config.json: a config, or the one exception.</summary>
    [Fact]
    public void A_mutated_config_is_read_or_refused()
    {
        var original = File.ReadAllBytes(Path.Combine(TestData.DefaultModel, "config.json"));
        var random = new Random(7);
        var read = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var mutated = original.ToArray();
            for (var edits = random.Next(1, 4); edits > 0; edits--)
            {
                var likely = (byte)"0123456789-.eE\",:{}[]"[random.Next(21)];
                mutated[random.Next(mutated.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : likely;
            }

            try
            {
                var config = ModelConfigReader.Read(_folder.Write("config.json", mutated));
                Assert.True(config.HeadSize * config.Heads == config.HiddenSize);
                Assert.InRange(config.Layers, 1, 1_000);
                read++;
            }
            catch (ModelFormatException error)
            {
                Assert.EndsWith("config.json", error.File, StringComparison.Ordinal);
            }
        }

        Assert.InRange(read, 100, 1_900);
    }

    private ModelConfig Read(string text) => ModelConfigReader.Read(_folder.Write("config.json", text));

    private static JsonObject BertConfig() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(TestData.TinyModel("bert"), "config.json")))!.AsObject();

    /// <summary>The tiny bert's config with one member's value replaced by raw text.</summary>
    private static string With(string member, string value)
    {
        var config = BertConfig();
        config[member] = "@@";
        return config.ToJsonString().Replace("\"@@\"", value, StringComparison.Ordinal);
    }
}
