using System.Net;
using System.Text.Json;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

/// <summary>With "error_policy": "per_item" one bad input does not cost the others their vectors.</summary>
public sealed class PerItemErrorTests
{
    /// <summary>A good text, an empty one, a good one, one that is too long, a good one.</summary>
    private static readonly string[] Texts = ["a", "", "b c", string.Join(' ', Enumerable.Repeat("w", 31)), "d"];

    /// <summary>Defect 24 of TEI: one failing item fails the batch.</summary>
    [Fact]
    public async Task Good_inputs_get_their_vectors_and_bad_ones_their_own_error_in_place()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await PostAsync(server, Texts);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var data = answer.Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, 5), data.Select(item => item.GetProperty("index").GetInt32()));
        foreach (var good in new[] { 0, 2, 4 })
        {
            Assert.Equal(server.Model.UnitVectorOf(Texts[good]), data[good].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()));
            Assert.False(data[good].TryGetProperty("error", out _));
        }

        Assert.Contains("input 1 is an empty string", ErrorOf(data[1]).GetProperty("message").GetString(), StringComparison.Ordinal);
        var tooLong = ErrorOf(data[3]).GetProperty("message").GetString()!;
        Assert.StartsWith("This model's maximum context length is 32 tokens, however you requested 33 tokens", tooLong, StringComparison.Ordinal);
        Assert.Contains("'input[3]'", tooLong, StringComparison.Ordinal);
        Assert.Equal(2, answer.Json.GetProperty("failed").GetInt32());
        Assert.Equal("2", answer.Header("x-quiver-failed"));
        // 1, 2 and 1 words, and two special tokens each.
        Assert.Equal(10, answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Token_ids_outside_the_vocabulary_are_an_error_of_their_own_input()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"model":"fake","input":[[5,6],[],[99999],[7]],"error_policy":"per_item"}""");

        var data = answer.Json.GetProperty("data").EnumerateArray().ToArray();
        Assert.Equal([true, false, false, true], data.Select(item => item.TryGetProperty("embedding", out _)));
        Assert.Equal(("input", "invalid_value"), (ErrorOf(data[2]).GetProperty("param").GetString(), ErrorOf(data[2]).GetProperty("code").GetString()));
        Assert.StartsWith("Invalid 'input[2]': ", ErrorOf(data[2]).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(server.Model.UnitVectorOf(server.Model.FromTokenIds([7])), data[3].GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle()));
    }

    [Fact]
    public async Task A_batch_without_a_bad_input_says_so()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await PostAsync(server, ["a", "b"]);

        Assert.Equal(0, answer.Json.GetProperty("failed").GetInt32());
        Assert.Null(answer.Header("x-quiver-failed"));
        Assert.Equal([server.Model.UnitVectorOf("a"), server.Model.UnitVectorOf("b")], answer.Vectors());
    }

    [Theory]
    [InlineData("""["",""]""", "None of the 2 inputs could be embedded. One of them: '$.input' is invalid: input 0 is an empty string.")]
    [InlineData("""[[99999],[]]""", "None of the 2 inputs could be embedded. One of them: ")]
    [InlineData("\"\"", "'$.input' is invalid: it is an empty string.")]
    [InlineData("[]", "'$.input' is invalid: the list is empty.")]
    public async Task When_every_input_is_bad_the_request_is(string input, string message)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync($$"""{"model":"fake","input":{{input}},"error_policy":"per_item"}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith(message, answer.Error().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_the_request_itself_still_fails_it()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var body in new[] { """{"model":"none","input":["a"],"error_policy":"per_item"}""", """{"model":"fake","input":["a",5],"error_policy":"per_item"}""", """{"model":"fake","input":["a"],"dimensions":0,"error_policy":"per_item"}""" })
            (await server.EmbedAsync(body)).Error();
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"error_policy\":null")]
    [InlineData(",\"error_policy\":\"per_request\"")]
    public async Task Without_asking_one_bad_input_fails_the_request(string member)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync($$"""{"model":"fake","input":["a",""]{{member}}}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("input 1 is an empty string", answer.Error().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_policy_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var error = (await server.EmbedAsync("""{"model":"fake","input":"a","error_policy":"ignore"}""")).Error();
        Assert.Equal(("error_policy", "invalid_value"), (error.Param, error.Code));
    }

    [Fact]
    public async Task A_fault_of_the_server_is_nobodys_input()
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder { Scale = float.NaN });
        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(server, ["a", "b"])).Status);
    }

    private static Task<Answer> PostAsync(TestServer server, string[] input) =>
        server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input, error_policy = "per_item" }));

    private static JsonElement ErrorOf(JsonElement item)
    {
        Assert.Equal(["object", "index", "error"], item.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["message", "type", "param", "code"], item.GetProperty("error").EnumerateObject().Select(member => member.Name));
        return item.GetProperty("error");
    }
}
