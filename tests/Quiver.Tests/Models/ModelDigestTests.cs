using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class ModelDigestTests
{
    [Fact]
    public void A_copy_of_a_folder_has_its_digest_and_another_model_has_another()
    {
        using var copy = new ScratchFolder().CopyOf(TestData.TinyModel("bert"));
        Assert.Equal(Digest(TestData.TinyModel("bert")), Digest(copy.Path));
        Assert.Matches("^[0-9a-f]{64}$", Digest(copy.Path));
        Assert.NotEqual(Digest(TestData.TinyModel("bert")), Digest(TestData.TinyModel("mpnet")));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    public void A_changed_byte_is_another_model(string file)
    {
        using var copy = new ScratchFolder().CopyOf(TestData.TinyModel("bert"));
        var before = Digest(copy.Path);
        var path = Path.Combine(copy.Path, file);
        var bytes = File.ReadAllBytes(path);
        if (file.EndsWith(".json", StringComparison.Ordinal))
            bytes = [.. bytes, (byte)'\n'];
        else
            bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.NotEqual(before, Digest(copy.Path));
    }

    [Fact]
    public void Pooling_and_lower_casing_are_part_of_the_model_and_prompts_and_the_readme_are_not()
    {
        using var copy = new ScratchFolder().CopyOf(TestData.TinyModel("xlm-roberta"));
        var before = Digest(copy.Path);
        copy.Write("README.md", "Another text.");
        copy.Write("config_sentence_transformers.json", """{"prompts": {"query": "q: "}, "default_prompt_name": "query"}""");
        Assert.Equal(before, Digest(copy.Path));

        copy.Write("sentence_bert_config.json", """{"max_seq_length": 128, "do_lower_case": true}""");
        var lowerCased = Digest(copy.Path);
        Assert.NotEqual(before, lowerCased);

        var pooling = Directory.GetFiles(copy.Path, "config.json", SearchOption.AllDirectories).Single(path => path.Contains("Pooling", StringComparison.Ordinal));
        File.WriteAllText(pooling, """{"word_embedding_dimension": 64, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}""");
        Assert.NotEqual(lowerCased, Digest(copy.Path));
    }

    private static string Digest(string folder) => ModelDigest.Of(ModelFolder.Open(folder));
}
