using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.EmbedCache;

public sealed class EmbedTests
{
    private const string Path = "/v1/embed";

    private const string BatchPath = "/v1/embed/batch";

    private static readonly ServeOptions Profile = new() { Compat = new HashSet<string> { "embed-cache" } };

    [Fact]
    public async Task One_text_gets_its_vector_under_the_names_that_all_clients_of_the_service_read()
    {
        await using var server = await TestServer.StartAsync(Profile);
        var first = await server.EmbedAsync("""{"text":"a first text"}""", Path);
        var second = await server.EmbedAsync("""{"text":"a first text"}""", Path);

        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(["embedding", "vector", "cached", "dimensions", "model", "tokens", "latency_ms"], first.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(server.Model.UnitVectorOf("a first text"), Vector(first.Json, "embedding"));
        Assert.Equal(Vector(first.Json, "embedding"), Vector(first.Json, "vector"));
        Assert.Equal(8, first.Json.GetProperty("dimensions").GetInt32());
        Assert.False(first.Json.GetProperty("cached").GetBoolean());
        Assert.True(second.Json.GetProperty("cached").GetBoolean());
    }

    /// <summary>Defect 1 of the service: its cache folded case and blanks, and gave a text the vector of another.</summary>
    [Fact]
    public async Task Texts_that_differ_in_case_or_blanks_are_different_texts()
    {
        await using var server = await TestServer.StartAsync(Profile);
        await server.EmbedAsync("""{"text":"Hello World"}""", Path);

        var folded = await server.EmbedAsync("""{"text":"hello world"}""", Path);
        Assert.False(folded.Json.GetProperty("cached").GetBoolean());
        Assert.Equal(server.Model.UnitVectorOf("hello world"), Vector(folded.Json, "embedding"));
        Assert.False((await server.EmbedAsync("""{"text":"  hello\nworld "}""", Path)).Json.GetProperty("cached").GetBoolean());
    }

    [Fact]
    public async Task A_batch_keeps_its_order_and_says_of_each_text_whether_it_was_cached()
    {
        await using var server = await TestServer.StartAsync(Profile);
        await server.EmbedAsync("""{"text":"known"}""", Path);
        var answer = await server.EmbedAsync("""{"texts":["new one","known","new two"]}""", BatchPath);

        Assert.Equal(["embeddings", "cached", "dimensions"], answer.Json.EnumerateObject().Select(member => member.Name));
        string[] texts = ["new one", "known", "new two"];
        Assert.Equal(texts.Select(text => server.Model.UnitVectorOf(text)), answer.Json.GetProperty("embeddings").EnumerateArray().Select(Numbers));
        Assert.Equal([false, true, false], answer.Json.GetProperty("cached").EnumerateArray().Select(cached => cached.GetBoolean()));
        Assert.Equal(8, answer.Json.GetProperty("dimensions").GetInt32());
    }

    [Theory]
    [InlineData("vectorembed-go/0.1.0")]
    [InlineData("vector-embed-cache-client/0.1.0 python/3.11")]
    public async Task Its_Go_and_Python_clients_get_a_batch_as_the_list_that_they_read(string userAgent)
    {
        await using var server = await TestServer.StartAsync(Profile);
        var request = Request(BatchPath, """{"texts":["left","right"]}""");
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        var answer = await server.SendAsync(request);

        Assert.Equal(JsonValueKind.Array, answer.Json.ValueKind);
        Assert.All(answer.Json.EnumerateArray(), item =>
        {
            Assert.Equal(["embedding", "vector", "cached", "dimensions"], item.EnumerateObject().Select(member => member.Name));
            Assert.False(item.GetProperty("cached").GetBoolean());
        });
        Assert.Equal([server.Model.UnitVectorOf("left"), server.Model.UnitVectorOf("right")], answer.Json.EnumerateArray().Select(item => Vector(item, "vector")));
    }

    [Fact]
    public async Task A_text_over_the_models_limit_is_cut_as_the_service_cut_it()
    {
        await using var server = await TestServer.StartAsync(Profile);
        var words = string.Join(' ', Enumerable.Repeat("w", 100));
        var answer = await server.EmbedAsync($$"""{"text":"{{words}}"}""", Path);
        Assert.Equal(server.Model.UnitVectorOf(words), Vector(answer.Json, "embedding"));
    }

    /// <summary>Defect 3 of the service: every text got the document prompt, queries too, but here at least one that the model has.</summary>
    [Fact]
    public async Task Texts_are_documents_to_a_model_that_tells_documents_from_queries()
    {
        var model = new WordEmbedder { Prompts = new Dictionary<string, string> { ["query"] = "search_query: ", ["document"] = "search_document: " } };
        await using var server = await TestServer.StartAsync(Profile, model);
        var answer = await server.EmbedAsync("""{"text":"of a kind"}""", Path);
        Assert.Equal(model.UnitVectorOf(model.Tokenize("of a kind", "search_document: ")), Vector(answer.Json, "embedding"));
    }

    [Theory]
    [InlineData("nomic-v1.5", "nomic-embed-text-v1.5")]
    [InlineData("nomic-v1.5", "nomic-ai/nomic-embed-text-v1.5")]
    [InlineData("nomic-v2-moe", "nomic-embed-text-v2-moe")]
    public async Task The_services_short_names_stand_for_their_models(string asked, string served)
    {
        await using var server = await TestServer.StartAsync(Profile, new WordEmbedder(served));
        var answer = await server.EmbedAsync($$"""{"text":"short name","model":"{{asked}}"}""", Path);
        Assert.Equal(served, answer.Json.GetProperty("model").GetString());
    }

    [Fact]
    public async Task An_unknown_model_is_refused_with_what_is_served_and_how_to_serve_it_under_this_name()
    {
        await using var server = await TestServer.StartAsync(Profile);
        foreach (var (path, member) in new[] { (Path, "\"text\":\"x\""), (BatchPath, "\"texts\":[\"x\"]") })
        {
            var answer = await server.EmbedAsync($$"""{{{member}},"model":"nomic-v1.5"}""", path);
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Equal("Unknown model: nomic-v1.5. Served: fake. To serve one under this name, start with --alias nomic-v1.5=fake, or name it under models.aliases in quiver.yaml.", answer.Json.GetProperty("detail").GetString());
        }

        await using var aliased = await TestServer.StartAsync(Profile with { Aliases = [new("nomic-v1.5", "fake")] });
        Assert.Equal(HttpStatusCode.OK, (await aliased.EmbedAsync("""{"text":"x","model":"nomic-v1.5"}""", Path)).Status);
    }

    [Theory]
    [InlineData("/v1/embed", """{"text":"x","pad":"PAD"}""")]
    [InlineData("/v1/embed/batch", """{"texts":["x"],"pad":"PAD"}""")]
    public async Task A_body_over_the_limit_is_413_whether_its_length_is_told_or_it_comes_in_chunks(string path, string body)
    {
        await using var server = await TestServer.StartAsync(Profile with { EmbedCacheMaxPayload = 500 });
        var large = body.Replace("PAD", new string('a', 500), StringComparison.Ordinal);
        foreach (var chunked in new[] { false, true })
        {
            var request = Request(path, large);
            request.Headers.TransferEncodingChunked = chunked;
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "vec_0123456789abcdef0123456789abcdef");
            var answer = await server.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
            Assert.Equal("Request body exceeds max size of 500 bytes", answer.Json.GetProperty("detail").GetString());
        }

        var exactly = large[..^2][..(498)] + "\"}";
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(exactly, path)).Status);
    }

    [Fact]
    public async Task A_batch_may_be_held_smaller_than_the_services_hundred()
    {
        await using var server = await TestServer.StartAsync(Profile with { EmbedCacheMaxBatch = 2 });
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"texts":["a","b"]}""", BatchPath)).Status);

        var answer = await server.EmbedAsync("""{"texts":["a","b","c"]}""", BatchPath);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("""{"detail":"Batch size exceeds limit of 2","error":"Batch size exceeds limit of 2"}""", System.Text.Encoding.UTF8.GetString(answer.Bytes));
    }

    [Fact]
    public async Task Health_is_told_in_the_services_words_to_everybody()
    {
        await using var server = await TestServer.StartAsync(Profile with { ApiKey = "0123456789abcdef-key" });
        var answer = await server.GetAsync("/v1/health");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("ok", answer.Json.GetProperty("status").GetString());
        Assert.Equal(["status", "version"], answer.Json.EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [InlineData("POST", "/v1/nothing", 404, "Not Found")]
    [InlineData("GET", "/v1/embed/batch", 405, "Method Not Allowed")]
    public async Task Under_its_profile_the_service_words_errors_that_belong_to_no_route(string method, string path, int status, string detail)
    {
        await using var server = await TestServer.StartAsync(Profile);
        var answer = await server.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal(detail, answer.Json.GetProperty("detail").GetString());
        Assert.Equal(detail, answer.Json.GetProperty("error").GetString());
    }

    private static HttpRequestMessage Request(string path, string body) =>
        new(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };

    private static float[] Vector(JsonElement json, string member) => Numbers(json.GetProperty(member));

    private static float[] Numbers(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];
}
