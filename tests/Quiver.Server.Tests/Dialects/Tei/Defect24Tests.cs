using System.Net;
using Quiver.Embedding;
using Quiver.Embedding.Scheduling;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.Tei;

/// <summary>Faults of TEI that Quiver does not have, also where it stands in for it.</summary>
public sealed class Defect24Tests
{
    private static readonly ServeOptions AsTei = new() { Compat = new HashSet<string> { "tei" } };

    [Theory]
    [InlineData("""{"model":"fake","input":""}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"fake","input":"a","dimensions":0}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"fake"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"other","input":"a"}""", HttpStatusCode.NotFound)]
    public async Task Errors_on_OpenAIs_routes_are_nested_as_its_clients_read_them(string body, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync(AsTei);
        foreach (var path in new[] { "/embeddings", "/v1/embeddings" })
        {
            var answer = await server.EmbedAsync(body, path);
            Assert.Equal(status, answer.Status);
            answer.Error();
        }
    }

    [Fact]
    public async Task An_unknown_model_is_refused_and_no_model_is_the_one_that_is_served()
    {
        await using var server = await TestServer.StartAsync(AsTei);

        Assert.Equal("model_not_found", (await server.EmbedAsync("""{"model":"other","input":"a"}""")).Error().Code);
        Assert.Equal([server.Model.UnitVectorOf("a")], (await server.EmbedAsync("""{"input":"a"}""")).Vectors());
    }

    [Theory]
    [InlineData("/embed", """{"inputs":["a","b","c","d"]}""")]
    [InlineData("/embed_all", """{"inputs":["a","b","c","d"]}""")]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"a","sentences":["b","c","d"]}}""")]
    [InlineData("/vertex", """{"instances":[{"inputs":["a","b"]},{"inputs":["c","d"]}]}""")]
    [InlineData("/v1/embeddings", """{"input":["a","b","c","d"]}""")]
    public async Task An_idle_server_takes_a_batch_however_little_may_wait(string path, string body)
    {
        var options = new EmbeddingServiceOptions { Scheduler = new SchedulerOptions { Runners = 1, QueueTexts = 1, InteractiveQueueTokens = 1, BulkQueueTokens = 1 } };
        await using var server = await TestServer.StartAsync(AsTei, serviceOptions: options);

        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(body, path)).Status);
    }

    [Fact]
    public async Task A_batch_is_counted_as_one_request_and_may_have_more_texts_than_TEI_has_permits()
    {
        await using var server = await TestServer.StartAsync(AsTei with { MaxClientBatchSize = 1024 });
        var answer = await server.EmbedAsync($$"""{"inputs":[{{string.Join(',', Enumerable.Range(0, 1024).Select(i => $"\"text {i}\""))}}],"dimensions":1}""", "/embed");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(1024, answer.Json.GetArrayLength());
    }

    [Fact]
    public async Task One_failing_text_does_not_fail_the_others_where_that_is_asked_for()
    {
        await using var server = await TestServer.StartAsync(AsTei);
        var answer = await server.EmbedAsync("""{"input":["a","","b"],"error_policy":"per_item"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([true, false, true], answer.Json.GetProperty("data").EnumerateArray().Select(item => item.TryGetProperty("embedding", out _)));
    }
}
