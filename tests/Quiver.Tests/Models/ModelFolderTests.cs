using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class ModelFolderTests
{
    [Fact]
    public void The_default_model_says_what_its_files_say()
    {
        var folder = ModelFolder.Open(TestData.DefaultModel);
        var config = folder.Config;

        Assert.Equal("all-MiniLM-L6-v2", folder.Name);
        Assert.Equal(("bert", 30522, 384, 384), (config.ModelType, config.VocabularySize, config.HiddenSize, config.EmbeddingSize));
        Assert.Equal((6, 12, 32, 1536), (config.Layers, config.Heads, config.HeadSize, config.IntermediateSize));
        Assert.Equal(("gelu", 512, 2, 1e-12f), (config.Activation, config.MaxPositions, config.TypeVocabularySize, config.LayerNormEpsilon));
        Assert.Equal(256, folder.MaxTokens);
        Assert.Equal(384, folder.Width);
        Assert.False(folder.DoLowerCase);
        Assert.Empty(folder.Prompts);
        Assert.Null(folder.DefaultPromptName);
        Assert.Equal(Path.Combine(TestData.DefaultModel, "tokenizer.json"), folder.TokenizerPath);
        Assert.Collection(
            folder.Modules,
            module => Assert.Equal(new TransformerModule(TestData.DefaultModel), module),
            module => Assert.Equal([PoolingMode.Mean], Assert.IsType<PoolingModule>(module).Modes),
            module => Assert.IsType<NormalizeModule>(module));
    }

    [Theory]
    [InlineData("bert", 2000, 128, 128, 0, "Mean", true)]
    [InlineData("roberta", 2001, 128, 128, 2, "Mean", false)]
    [InlineData("xlm-roberta", 2402, 128, 128, 2, "Cls", true)]
    [InlineData("mpnet", 2001, 128, 96, 2, "Mean", true)]
    [InlineData("distilbert", 2000, 128, 128, 0, "Cls", false)]
    [InlineData("electra", 2000, 128, 128, 0, "Mean", true)]
    [InlineData("albert", 2402, 128, 128, 0, "Mean", true)]
    public void The_tiny_models_open(
        string name, int vocabulary, int usablePositions, int maxTokens, int firstPosition, string pooling, bool normalized)
    {
        var folder = ModelFolder.Open(TestData.TinyModel(name));
        var config = folder.Config;

        Assert.Equal(name, config.ModelType);
        Assert.Equal((vocabulary, 64, 128), (config.VocabularySize, config.HiddenSize, config.IntermediateSize));
        Assert.Equal((name == "albert" ? 3 : 2, 4, 16), (config.Layers, config.Heads, config.HeadSize));
        Assert.Equal(name is "albert" or "electra" ? 32 : 64, config.EmbeddingSize);
        Assert.Equal(name is "albert" ? "gelu_new" : "gelu", config.Activation);
        Assert.Equal((usablePositions, firstPosition), (config.UsablePositions, config.FirstPosition));
        Assert.Equal(maxTokens, folder.MaxTokens);
        Assert.Equal(pooling, Assert.Single(folder.Modules.OfType<PoolingModule>().Single().Modes).ToString());
        Assert.Equal(normalized, folder.Modules[^1] is NormalizeModule);
    }

    [Fact]
    public void Prompts_are_read_by_name()
    {
        var folder = ModelFolder.Open(TestData.TinyModel("xlm-roberta"));

        Assert.Equal(new Dictionary<string, string> { ["query"] = "query: ", ["passage"] = "passage: " }, folder.Prompts);
        Assert.Null(folder.DefaultPromptName);
    }

    [Fact]
    public void A_dense_module_changes_the_width_and_brings_its_own_weights()
    {
        var folder = ModelFolder.Open(TestData.TinyModel("electra"));
        var dense = Assert.IsType<DenseModule>(folder.Modules[2]);

        Assert.Equal((64, 48, true, DenseActivation.Tanh), (dense.Inputs, dense.Outputs, dense.HasBias, dense.Activation));
        Assert.Equal(48, folder.Width);
        using var weights = TensorSet.Open(dense.Folder);
        _ = weights.Get("linear.weight", 48, 64);
        _ = weights.Get("linear.bias", 48);
        weights.RequireAllUsed();
    }
}
