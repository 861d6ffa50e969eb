using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class ModelModuleReaderTests : IDisposable
{
    private const string Transformer = """{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"}""";
    private const string Pooling = """{"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"}""";

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_plain_folder_is_pooled_by_mean_and_not_normalized()
    {
        var modules = ModelModuleReader.Read(_folder.Path);

        Assert.Equal(2, modules.Count);
        Assert.Equal(new TransformerModule(_folder.Path), modules[0]);
        var pooling = Assert.IsType<PoolingModule>(modules[1]);
        Assert.Equal([PoolingMode.Mean], pooling.Modes);
        Assert.True(pooling.IncludePrompt);
    }

    [Theory]
    [InlineData("""{"pooling_mode_mean_tokens":true}""", "Mean")]
    [InlineData("""{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}""", "Cls")]
    [InlineData("""{"pooling_mode_lasttoken":true}""", "LastToken")]
    [InlineData("""{"pooling_mode_weightedmean_tokens":true}""", "WeightedMean")]
    [InlineData("""{"pooling_mode_mean_sqrt_len_tokens":true}""", "MeanSqrtLength")]
    [InlineData("""{"pooling_mode_lasttoken":true,"pooling_mode_mean_tokens":true,"pooling_mode_max_tokens":true,"pooling_mode_cls_token":true}""", "Cls,Max,Mean,LastToken")]
    [InlineData("""{"word_embedding_dimension":64}""", "Mean")]
    [InlineData("""{"pooling_mode":"cls","embedding_dimension":64}""", "Cls")]
    [InlineData("""{"pooling_mode":"mean_sqrt_len_tokens"}""", "MeanSqrtLength")]
    [InlineData("""{"pooling_mode":["lasttoken","mean"]}""", "LastToken,Mean")]
    [InlineData("""{"pooling_mode":"max","pooling_mode_mean_tokens":true}""", "Max")]
    public void Pooling_modes_are_read_in_both_forms_and_in_the_order_their_vectors_are_joined(string settings, string expected)
    {
        var pooling = ReadPooling(settings);

        Assert.Equal(expected, string.Join(',', pooling.Modes));
        Assert.True(pooling.IncludePrompt);
    }

    [Fact]
    public void A_prompt_can_be_left_out_of_pooling() => Assert.False(ReadPooling("""{"include_prompt":false}""").IncludePrompt);

    [Theory]
    [InlineData("""{"pooling_mode":"median"}""")]
    [InlineData("""{"pooling_mode":[]}""")]
    [InlineData("""{"pooling_mode":["mean",1]}""")]
    [InlineData("""{"pooling_mode":["mean","mean","mean","mean","mean","mean","mean"]}""")]
    [InlineData("""{"pooling_mode":{"mean":true}}""")]
    [InlineData("""{"pooling_mode_mean_tokens":"yes"}""")]
    [InlineData("""{"include_prompt":1}""")]
    [InlineData("[]")]
    public void A_pooling_that_is_not_understood_is_refused(string settings)
    {
        var error = Assert.Throws<ModelFormatException>(() => ReadPooling(settings));
        Assert.EndsWith(Path.Combine("1_Pooling", "config.json"), error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Newer_class_paths_mean_the_same_modules()
    {
        _folder.Write("1_Pooling/config.json", """{"pooling_mode":"mean"}""");
        var modules = Read($$"""
            [{"path":"","type":"sentence_transformers.base.modules.transformer.Transformer"},
             {"path":"1_Pooling","type":"sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
             {"path":"2_Normalize","type":"sentence_transformers.base.modules.normalize.Normalize"}]
            """);

        Assert.Collection(modules, m => Assert.IsType<TransformerModule>(m), m => Assert.IsType<PoolingModule>(m), m => Assert.IsType<NormalizeModule>(m));
    }

    [Fact]
    public void Dense_and_layer_norm_bring_their_settings()
    {
        _folder.Write("2_Dense/config.json", """{"in_features":64,"out_features":48,"activation_function":"torch.nn.modules.linear.Identity","bias":false}""");
        _folder.Write("3_Dense/config.json", """{"in_features":48,"out_features":32}""");
        _folder.Write("4_LayerNorm/config.json", """{"dimension":32}""");
        var modules = Read($$"""
            [{{Transformer}},
             {"path":"2_Dense","type":"sentence_transformers.models.Dense"},
             {"path":"3_Dense","type":"sentence_transformers.models.Dense"},
             {"path":"5_Dropout","type":"sentence_transformers.models.Dropout"},
             {"path":"4_LayerNorm","type":"sentence_transformers.models.LayerNorm"}]
            """);

        Assert.Equal(
            [
                new DenseModule(Path.Combine(_folder.Path, "2_Dense"), 64, 48, HasBias: false, DenseActivation.Identity),
                new DenseModule(Path.Combine(_folder.Path, "3_Dense"), 48, 32, HasBias: true, DenseActivation.Tanh),
                new LayerNormModule(Path.Combine(_folder.Path, "4_LayerNorm"), 32),
            ],
            modules.Skip(1));
    }

    [Theory]
    [InlineData("""{"out_features":8}""")]
    [InlineData("""{"in_features":0,"out_features":8}""")]
    [InlineData("""{"in_features":8,"out_features":1000000000000}""")]
    [InlineData("""{"in_features":8,"out_features":8,"activation_function":"os.system"}""")]
    [InlineData("""{"in_features":8,"out_features":8,"use_residual":true}""")]
    [InlineData("""{"in_features":8,"out_features":8,"module_input_name":"token_embeddings"}""")]
    public void A_dense_that_is_not_understood_is_refused(string settings)
    {
        _folder.Write("1_Dense/config.json", settings);
        Assert.Throws<ModelFormatException>(() => Read($$"""[{{Transformer}},{"path":"1_Dense","type":"sentence_transformers.models.Dense"}]"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData($"[{Pooling}]")]
    [InlineData($"[{Transformer},{Transformer}]")]
    [InlineData($"[{Pooling},{Transformer}]")]
    [InlineData("""[{"path":"","type":"custom_st.Transformer"}]""")]
    [InlineData("""[{"path":"","type":"os.Transformer"}]""")]
    [InlineData($$"""[{{Transformer}},{"path":"","type":"sentence_transformers.models.LSTM"}]""")]
    [InlineData($$"""[{{Transformer}},{"path":"1_Pooling","type":"sentence_transformers.models.SpladePooling"}]""")]
    [InlineData("""[{"path":"..","type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":"a/../..","type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":"/etc","type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":"C:\\x","type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":"a\u0000b","type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":1,"type":"sentence_transformers.models.Transformer"}]""")]
    [InlineData("""[{"path":"","type":null}]""")]
    [InlineData("""[{"path":"","path":"x","type":"sentence_transformers.models.Transformer"}]""")]
    public void A_hostile_module_list_is_refused(string modules)
    {
        _folder.Write("1_Pooling/config.json", "{}");

        var error = Assert.Throws<ModelFormatException>(() => Read(modules));
        Assert.EndsWith("modules.json", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thousand_modules_are_refused() =>
        Assert.Throws<ModelFormatException>(() => Read($"[{Transformer}{string.Concat(Enumerable.Repeat(""",{"path":"","type":"sentence_transformers.models.Normalize"}""", 1_000))}]"));

    [Fact]
    public void Widths_must_fit_from_module_to_module()
    {
        _folder.CopyOf(TestData.TinyModel("bert"));
        _folder.Write("2_Dense/config.json", """{"in_features":65,"out_features":8}""");
        _folder.Write("modules.json", $$"""[{{Transformer}},{{Pooling}},{"path":"2_Dense","type":"sentence_transformers.models.Dense"}]""");
        Assert.Throws<ModelFormatException>(() => ModelFolder.Open(_folder.Path));

        _folder.Write("1_Pooling/config.json", """{"pooling_mode":["cls","max"]}""");
        _folder.Write("2_Dense/config.json", """{"in_features":128,"out_features":8}""");
        Assert.Equal(8, ModelFolder.Open(_folder.Path).Width);
    }

    private PoolingModule ReadPooling(string settings)
    {
        _folder.Write("1_Pooling/config.json", settings);
        return Assert.IsType<PoolingModule>(Read($"[{Transformer},{Pooling}]")[1]);
    }

    private IReadOnlyList<ModelModule> Read(string modules)
    {
        _folder.Write("modules.json", modules);
        return ModelModuleReader.Read(_folder.Path);
    }
}
