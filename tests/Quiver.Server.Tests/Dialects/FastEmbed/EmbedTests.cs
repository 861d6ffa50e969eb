using System.Net;
using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.FastEmbed;

public sealed class EmbedTests
{
    private const string Path = "/v1/embed";

    [Fact]
    public async Task One_text_gets_its_vector_and_all_members_that_clients_of_the_route_read()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"text":"how to reset password"}""", Path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal(answer.Bytes.Length, answer.ContentHeaders.ContentLength);
        Assert.Equal(["embedding", "model", "tokens", "cached", "dimensions", "latency_ms"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(server.Model.UnitVectorOf("how to reset password"), Vector(answer));
        Assert.Equal("fake", answer.Json.GetProperty("model").GetString());
        Assert.Equal(server.Model.Width, answer.Json.GetProperty("dimensions").GetInt32());
        Assert.InRange(answer.Json.GetProperty("latency_ms").GetDouble(), 0.001, 60_000);
    }

    /// <summary>Defect 10 of the service: `normalize` had no effect.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData(",\"normalize\":true", true)]
    [InlineData(",\"normalize\":false", false)]
    public async Task Normalize_decides_and_absent_means_unit_length(string member, bool unit)
    {
        await using var server = await TestServer.StartAsync();
        var expected = unit ? server.Model.UnitVectorOf("a new text") : server.Model.VectorOf(server.Model.Tokenize("a new text"));

        // Each form twice and the other in between: what was kept of one must not be given for the other.
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(expected, Vector(await server.EmbedAsync($$"""{"text":"a new text"{{member}}}""", Path)));
            await server.EmbedAsync($$"""{"text":"a new text","normalize":{{(unit ? "false" : "true")}}}""", Path);
        }
    }

    /// <summary>Defect 10 of the service: 128 when computed, the true count, special tokens included, when at hand.</summary>
    [Fact]
    public async Task Tokens_are_those_of_the_text_computed_or_cached()
    {
        await using var server = await TestServer.StartAsync();
        for (var time = 0; time < 3; time++)
            Assert.Equal(4, (await server.EmbedAsync("""{"text":"how to reset password"}""", Path)).Json.GetProperty("tokens").GetInt32());
    }

    /// <summary>Defect 10 of the service: it counted bytes. All these are within 2,000 characters, and over it in bytes or in UTF-16.</summary>
    [Theory]
    [InlineData("é", 2000)]
    [InlineData("日", 2000)]
    [InlineData("😀", 2000)]
    public async Task The_limit_is_2000_characters_not_bytes(string character, int characters)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, string.Concat(Enumerable.Repeat(character, characters)))).Status);

        var over = await PostAsync(server, string.Concat(Enumerable.Repeat(character, characters + 1)));
        Assert.Equal((HttpStatusCode.BadRequest, "Text exceeds 2000 characters"), (over.Status, over.Json.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData(128)]
    [InlineData(200)]
    public async Task The_limit_of_tokens_counts_special_ones_and_is_a_setting(int limit)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { FastEmbedMaxTokens = limit }, new WordEmbedder(maxTokens: 256));
        Assert.Equal(limit - 2, (await PostAsync(server, Words(limit - 2))).Json.GetProperty("tokens").GetInt32());

        var over = await PostAsync(server, Words(limit - 1));
        Assert.Equal(HttpStatusCode.BadRequest, over.Status);
        Assert.Equal($$"""{"error":"text_too_long","message":"Input exceeds {{limit}} tokens (got {{limit + 1}})","max_tokens":{{limit}}}""", Text(over));
    }

    [Fact]
    public async Task A_model_with_a_smaller_limit_keeps_its_own()
    {
        await using var server = await TestServer.StartAsync();
        var over = await PostAsync(server, Words(31));
        Assert.Equal("""{"error":"text_too_long","message":"Input exceeds 32 tokens (got 33)","max_tokens":32}""", Text(over));
    }

    [Theory]
    [InlineData("""{"text":"x","x":1,"inputs":["y"],"model":"other","deep":{"text":"z"}}""")]
    [InlineData("""["x"]""")]
    [InlineData("""["x",true]""")]
    [InlineData("""{"text":"x"} and more""")]
    [InlineData(""" { "t\u0065xt" : "\u0078" } """)]
    public async Task What_the_service_let_pass_passes(string body)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "fastembed" } });
        Assert.Equal(server.Model.UnitVectorOf("x"), Vector(await server.EmbedAsync(body, Path)));
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.api+json")]
    [InlineData("APPLICATION/JSON")]
    public async Task Any_kind_of_JSON_is_a_content_type(string contentType)
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("""{"text":"x"}""") };
        request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(contentType);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task The_log_counts_the_text_and_does_not_quote_it()
    {
        await using var server = await TestServer.StartAsync();
        await server.EmbedAsync("""{"text":"canary words"}""", Path);

        Assert.Contains(" 1 items, 4 tokens", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", server.Log, StringComparison.Ordinal);
    }

    private static Task<Answer> PostAsync(TestServer server, string text) => server.EmbedAsync(JsonSerializer.Serialize(new { text }), Path);

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("w", count));

    private static float[] Vector(Answer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return [.. answer.Json.GetProperty("embedding").EnumerateArray().Select(number => number.GetSingle())];
    }

    private static string Text(Answer answer) => System.Text.Encoding.UTF8.GetString(answer.Bytes);
}
