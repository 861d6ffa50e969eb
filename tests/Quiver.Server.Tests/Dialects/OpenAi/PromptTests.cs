using System.Net;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class PromptTests
{
    private static WordEmbedder Asymmetric => new()
    {
        Prompts = new Dictionary<string, string> { ["search_query"] = "find: ", ["document"] = "keep: ", ["cluster"] = "group: " },
        DefaultPromptName = "document",
    };

    [Theory]
    [InlineData("", "keep: a b")]
    [InlineData(",\"input_type\":null", "keep: a b")]
    [InlineData(",\"input_type\":\"query\"", "find: a b")]
    [InlineData(",\"input_type\":\"search_query\"", "find: a b")]
    [InlineData(",\"input_type\":\"passage\"", "keep: a b")]
    [InlineData(",\"input_type\":\"cluster\"", "group: a b")]
    [InlineData(",\"input_type\":\"classification\"", "keep: a b")]
    [InlineData(",\"prompt_name\":\"cluster\"", "group: a b")]
    [InlineData(",\"prompt_name\":\"cluster\",\"input_type\":\"query\"", "group: a b")]
    public async Task The_prompt_is_the_one_asked_for_by_name_or_by_what_the_text_is_for(string members, string embedded)
    {
        await using var server = await TestServer.StartAsync(model: Asymmetric);
        var answer = await server.EmbedAsync($$"""{"model":"fake","input":"a b"{{members}}}""");
        Assert.Equal(server.Model.UnitVectorOf(server.Model.Tokenize(embedded, "")), Assert.Single(answer.Vectors()));
    }

    [Theory]
    [InlineData("query")]
    [InlineData("anything")]
    public async Task A_model_without_prompts_embeds_every_type_alike(string type)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(server.Model.UnitVectorOf("a b"), Assert.Single((await server.EmbedAsync($$"""{"model":"fake","input":"a b","input_type":"{{type}}"}""")).Vectors()));
    }

    [Theory]
    [InlineData(true, "This model has: cluster, document, search_query.")]
    [InlineData(false, "This model has no prompts.")]
    public async Task A_prompt_that_the_model_does_not_have_is_refused(bool prompts, string reason)
    {
        await using var server = await TestServer.StartAsync(model: prompts ? Asymmetric : new WordEmbedder());
        var answer = await server.EmbedAsync("""{"model":"fake","input":"a","prompt_name":"query"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(($"Invalid value for 'prompt_name'. {reason}", "invalid_request_error", "prompt_name", "invalid_value"), answer.Error());
    }
}
