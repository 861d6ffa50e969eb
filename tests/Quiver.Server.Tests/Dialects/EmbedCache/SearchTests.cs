using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.EmbedCache;

public sealed class SearchTests
{
    private static readonly ServeOptions Profile = new() { Compat = new HashSet<string> { "embed-cache" } };

    [Fact]
    public async Task A_search_finds_the_cached_texts_nearest_first_and_not_its_own_query()
    {
        await using var server = await TestServer.StartAsync(Profile);
        await server.EmbedAsync("""{"texts":["first text","second text","third text"]}""", "/v1/embed/batch");

        for (var time = 0; time < 2; time++)
        {
            var answer = await server.EmbedAsync("""{"query_text":"second text","include_vectors":true,"top_k":2}""", "/v1/search");
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Equal(["results", "total", "search_time_ms", "model", "dimensions"], answer.Json.EnumerateObject().Select(member => member.Name));
            Assert.Equal(2, answer.Json.GetProperty("total").GetInt32());
            var best = answer.Json.GetProperty("results")[0];
            Assert.Equal(["text_hash", "score", "text", "vector", "model", "hit_count"], best.EnumerateObject().Select(member => member.Name));
            Assert.Equal(1, best.GetProperty("score").GetDouble(), 1e-5);
            Assert.Equal(server.Model.UnitVectorOf("second text"), best.GetProperty("vector").EnumerateArray().Select(number => number.GetSingle()), (left, right) => Math.Abs(left - right) < 1e-6);
            Assert.True(answer.Json.GetProperty("results")[1].GetProperty("score").GetDouble() < 1);
        }

        var all = await server.EmbedAsync("""{"text":"second text","top_k":100}""", "/v1/search");
        Assert.Equal(3, all.Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_query_vector_has_the_width_of_the_model_and_a_score_bounds_what_is_found()
    {
        await using var server = await TestServer.StartAsync(Profile);
        await server.EmbedAsync("""{"text":"only text"}""", "/v1/embed");
        var vector = string.Join(',', server.Model.UnitVectorOf("only text").Select(number => number.ToString("R", null)));

        Assert.Equal(1, (await server.EmbedAsync($$"""{"query_vector":[{{vector}}],"min_score":0.99}""", "/v1/search")).Json.GetProperty("total").GetInt32());
        var opposite = string.Join(',', server.Model.UnitVectorOf("only text").Select(number => (-number).ToString("R", null)));
        Assert.Equal(0, (await server.EmbedAsync($$"""{"query_vector":[{{opposite}}],"min_score":0.99}""", "/v1/search")).Json.GetProperty("total").GetInt32());

        var narrow = await server.EmbedAsync("""{"query_vector":[1,0,0],"model":"fake"}""", "/v1/search");
        Assert.Equal((HttpStatusCode.BadRequest, "Query vector dimension 3 does not match model fake (expected 8)"), (narrow.Status, narrow.Json.GetProperty("detail").GetString()));
    }
}
