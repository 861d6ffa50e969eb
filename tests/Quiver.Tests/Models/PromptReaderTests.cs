using Quiver.Models;

namespace Quiver.Tests.Models;

public sealed class PromptReaderTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Prompts_and_their_default_are_read()
    {
        var (prompts, standard) = Read("""{"prompts":{"query":"Instruct: find\nQuery:","document":""},"default_prompt_name":"document"}""");

        Assert.Equal(new Dictionary<string, string> { ["query"] = "Instruct: find\nQuery:", ["document"] = "" }, prompts);
        Assert.Equal("document", standard);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"prompts":null,"default_prompt_name":null}""")]
    public void A_model_may_have_none(string? settings)
    {
        var (prompts, standard) = settings is null ? PromptReader.Read(_folder.Path) : Read(settings);

        Assert.Empty(prompts);
        Assert.Null(standard);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"prompts":["query"]}""")]
    [InlineData("""{"prompts":{"query":1}}""")]
    [InlineData("""{"prompts":{"query":null}}""")]
    [InlineData("""{"prompts":{"query":"a","query":"b"}}""")]
    [InlineData("""{"prompts":{"query":"\ud800"}}""")]
    [InlineData("""{"prompts":{},"default_prompt_name":"query"}""")]
    [InlineData("""{"default_prompt_name":7}""")]
    public void Prompts_that_are_not_understood_are_refused(string settings)
    {
        var error = Assert.Throws<ModelFormatException>(() => Read(settings));
        Assert.EndsWith("config_sentence_transformers.json", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_are_bounded()
    {
        Assert.Throws<ModelFormatException>(() => Read("{\"prompts\":{\"query\":\"" + new string('a', 10_001) + "\"}}"));
        Assert.Throws<ModelFormatException>(() => Read("{\"prompts\":{" + string.Join(',', Enumerable.Range(0, 1_001).Select(i => $"\"p{i}\":\"\"")) + "}}"));
    }

    private (IReadOnlyDictionary<string, string> Prompts, string? Default) Read(string settings)
    {
        _folder.Write("config_sentence_transformers.json", settings);
        return PromptReader.Read(_folder.Path);
    }
}
