using Quiver.Models;
using Quiver.Tests.Support;

namespace Quiver.Tests.Models;

public sealed class SequenceLimitsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bert", """{"max_seq_length":100}""", """{"model_max_length":50}""", 100)]
    [InlineData("bert", """{"max_seq_length":1000}""", null, 128)]
    [InlineData("bert", """{"max_seq_length":null}""", """{"model_max_length":50}""", 50)]
    [InlineData("bert", """{}""", """{"model_max_length":50}""", 50)]
    [InlineData("bert", null, """{"model_max_length":1000000000000000019884624838656}""", 128)]
    [InlineData("bert", null, """{"model_max_length":null}""", 128)]
    [InlineData("bert", null, """{"max_len":60}""", 60)]
    [InlineData("bert", null, null, 128)]
    [InlineData("roberta", """{"max_seq_length":130}""", null, 128)]
    [InlineData("roberta", null, """{"model_max_length":130}""", 128)]
    [InlineData("mpnet", null, null, 128)]
    public void The_limit_is_the_first_that_is_written_and_never_beyond_the_positions(string model, string? sentenceBert, string? tokenizer, int expected)
    {
        var config = ModelFolder.Open(TestData.TinyModel(model)).Config;
        if (sentenceBert is not null)
            _folder.Write("sentence_bert_config.json", sentenceBert);
        if (tokenizer is not null)
            _folder.Write("tokenizer_config.json", tokenizer);

        Assert.Equal(expected, SequenceLimits.Read(_folder.Path, config).MaxTokens);
    }

    [Fact]
    public void The_older_file_names_count_too()
    {
        var config = ModelFolder.Open(TestData.TinyModel("distilbert")).Config;
        _folder.Write("sentence_distilbert_config.json", """{"max_seq_length":33,"do_lower_case":true}""");
        Assert.Equal(new SequenceLimits(33, DoLowerCase: true), SequenceLimits.Read(_folder.Path, config));

        _folder.Write("sentence_bert_config.json", """{"max_seq_length":44}""");
        Assert.Equal(new SequenceLimits(44, DoLowerCase: false), SequenceLimits.Read(_folder.Path, config));
    }

    [Theory]
    [InlineData("""{"max_seq_length":0}""")]
    [InlineData("""{"max_seq_length":-5}""")]
    [InlineData("""{"max_seq_length":"128"}""")]
    [InlineData("""{"max_seq_length":1e999}""")]
    [InlineData("""{"max_seq_length":128,"do_lower_case":"no"}""")]
    [InlineData("""[128]""")]
    public void An_impossible_limit_is_refused(string sentenceBert)
    {
        var config = ModelFolder.Open(TestData.TinyModel("bert")).Config;
        _folder.Write("sentence_bert_config.json", sentenceBert);

        var error = Assert.Throws<ModelFormatException>(() => SequenceLimits.Read(_folder.Path, config));
        Assert.EndsWith("sentence_bert_config.json", error.File, StringComparison.Ordinal);
    }
}
