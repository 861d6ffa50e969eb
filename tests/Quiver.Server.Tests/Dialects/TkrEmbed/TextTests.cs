using System.Net;
using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.TkrEmbed;

public sealed class TextTests
{
    private const string Path = "/embed/text";

    private const string Key = "0123456789abcdef-key";

    [Theory]
    [InlineData("", true)]
    [InlineData(",\"normalize\":true", true)]
    [InlineData(",\"normalize\":false", false)]
    public async Task Texts_get_their_vectors_in_order_normalized_unless_told_otherwise(string member, bool unit)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync($$"""{"texts":["one text","another text"]{{member}}}""", Path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["embeddings", "shape", "model", "processing_time"], answer.Json.EnumerateObject().Select(part => part.Name));
        string[] texts = ["one text", "another text"];
        Assert.Equal(
            texts.Select(text => unit ? server.Model.UnitVectorOf(text) : server.Model.VectorOf(server.Model.Tokenize(text))),
            answer.Json.GetProperty("embeddings").EnumerateArray().Select(vector => vector.EnumerateArray().Select(number => number.GetSingle()).ToArray()));
        Assert.Equal("[2,8]", answer.Json.GetProperty("shape").GetRawText());
        Assert.Equal("fake", answer.Json.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("{}", "body.texts: missing: Field required")]
    [InlineData("""{"texts":[]}""", "body.texts: too_short: List should have at least 1 item after validation, not 0")]
    [InlineData("""{"texts":["a",5],"normalize":"x"}""", "body.texts.1: string_type: Input should be a valid string; body.normalize: bool_parsing: Input should be a valid boolean, unable to interpret input")]
    public async Task A_body_that_is_wrong_is_422_with_every_fault_and_nothing_that_was_sent(string body, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(body, Path);
        var error = Error(answer, HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal("Request validation failed", error.GetProperty("message").GetString());
        var faults = error.GetProperty("details").GetProperty("validation_errors").EnumerateArray().ToList();
        Assert.Equal(expected, string.Join("; ", faults.Select(fault => $"{fault.GetProperty("field")}: {fault.GetProperty("type")}: {fault.GetProperty("message")}")));
        Assert.All(faults, fault => Assert.False(fault.TryGetProperty("input", out _)));
    }

    [Fact]
    public async Task An_error_names_its_request_and_time()
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("{", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("x-request-id", "my-own-id");
        var error = Error(await server.SendAsync(request), HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
        Assert.Equal("my-own-id", error.GetProperty("request_id").GetString());
        Assert.InRange(error.GetProperty("timestamp").GetDateTime(), DateTime.UnixEpoch.AddYears(50), DateTime.MaxValue);
    }

    /// <summary>Defect 8 of the service: images needed no key and had no limits, and a wrong one was a 500.</summary>
    [Theory]
    [InlineData("/embed/image")]
    [InlineData("/embed/multimodal")]
    public async Task What_the_model_cannot_embed_is_refused_clearly_with_the_key_and_the_limits_of_the_rest(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, Plan = "tkr-embed" });
        Error(await server.SendAsync(Form(path, null)), HttpStatusCode.Unauthorized, "HTTP_401");

        // A burst of ten, whatever is asked.
        for (var i = 0; i < 10; i++)
            Assert.Contains("text alone", Error(await server.SendAsync(Form(path, Key)), HttpStatusCode.BadRequest, "HTTP_400").GetProperty("message").GetString(), StringComparison.Ordinal);
        var refused = await server.SendAsync(Form(path, Key));
        Error(refused, HttpStatusCode.TooManyRequests, "HTTP_429");
        Assert.Equal("60", refused.Header("X-RateLimit-Limit-Minute"));
        Assert.NotNull(refused.Header("Retry-After"));
        Assert.NotNull(refused.Header("X-RateLimit-Reset"));
    }

    [Fact]
    public async Task Success_tells_what_is_left_of_each_window()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Plan = "tkr-embed" });
        var answer = await server.EmbedAsync("""{"texts":["counted"]}""", Path);
        Assert.Equal(["60", "59", "1000", "999", "10000", "9999"], new[] { "Limit-Minute", "Remaining-Minute", "Limit-Hour", "Remaining-Hour", "Limit-Day", "Remaining-Day" }.Select(name => answer.Header($"X-RateLimit-{name}")));
        Assert.Null(answer.Header("X-RateLimit-Reset"));
    }

    [Theory]
    [InlineData("cosine", """{"query_embeddings":[[1,0],[0.6,0.8]],"candidate_embeddings":[[1,0],[0,1],[-1,0]]}""", "[[1,0,-1],[0.6,0.8,-0.6]]")]
    [InlineData("cosine", """{"query_embeddings":[[2,0]],"candidate_embeddings":[[3,1]],"metric":"cosine"}""", "[[6]]")]
    [InlineData("euclidean", """{"query_embeddings":[[0,0]],"candidate_embeddings":[[3,4],[0,0]],"metric":"euclidean"}""", "[[0.16666667,1]]")]
    public async Task Vectors_are_compared_each_with_each(string metric, string body, string expected)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(body, "/similarity");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["similarities", "shape", "metric", "processing_time"], answer.Json.EnumerateObject().Select(part => part.Name));
        Assert.Equal(Rows(JsonDocument.Parse(expected).RootElement), Rows(answer.Json.GetProperty("similarities")));
        Assert.Equal(metric, answer.Json.GetProperty("metric").GetString());
        Assert.Equal($"[{Rows(answer.Json.GetProperty("similarities")).Length},{Rows(answer.Json.GetProperty("similarities"))[0].Length}]", answer.Json.GetProperty("shape").GetRawText());
    }

    [Theory]
    [InlineData("""{"query_embeddings":[[1,2]],"candidate_embeddings":[[1]]}""")]
    [InlineData("""{"query_embeddings":[[1],[1,2]],"candidate_embeddings":[[1]]}""")]
    [InlineData("""{"query_embeddings":[],"candidate_embeddings":[[1]]}""")]
    [InlineData("""{"query_embeddings":[[1e60]],"candidate_embeddings":[[1]]}""")]
    [InlineData("""{"query_embeddings":[["1"]],"candidate_embeddings":[[1]]}""")]
    [InlineData("""{"query_embeddings":[[1]],"candidate_embeddings":[[1]],"metric":"dot"}""")]
    [InlineData("""{"query_embeddings":[[1]]}""")]
    public async Task Vectors_that_cannot_be_compared_are_refused(string body)
    {
        await using var server = await TestServer.StartAsync();
        Error(await server.EmbedAsync(body, "/similarity"), HttpStatusCode.UnprocessableEntity, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_product_beyond_float_is_still_JSON()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"query_embeddings":[[3e38]],"candidate_embeddings":[[3e38],[-3e38]]}""", "/similarity");
        Assert.Equal([float.MaxValue, float.MinValue], Rows(answer.Json.GetProperty("similarities"))[0]);
    }

    [Fact]
    public async Task Similarity_of_texts_stays_TEIs()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "tkr-embed" } });
        var answer = await server.EmbedAsync("""{"inputs":{"source_sentence":"a","sentences":["a"]}}""", "/similarity");
        Assert.Equal(JsonValueKind.Array, answer.Json.ValueKind);
    }

    [Fact]
    public async Task Health_and_info_have_what_clients_of_the_service_read()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, Compat = new HashSet<string> { "tkr-embed" } });
        var health = (await server.GetAsync("/health")).Json;
        Assert.Equal("healthy", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("model_loaded").GetBoolean());
        Assert.All(["framework", "device", "memory_usage_gb", "uptime_seconds"], member => Assert.True(health.TryGetProperty(member, out _)));

        var request = new HttpRequestMessage(HttpMethod.Get, "/info");
        request.Headers.Add("X-API-Key", Key);
        var info = (await server.SendAsync(request)).Json;
        Assert.Equal(8, info.GetProperty("embedding_dim").GetInt32());
        Assert.All(["model_path", "framework", "mlx_version", "quantization", "supported_modalities", "load_time", "memory_usage_gb"], member => Assert.True(info.TryGetProperty(member, out _)));
    }

    private static HttpRequestMessage Form(string path, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new MultipartFormDataContent { { new ByteArrayContent([1, 2, 3]), "file", "image.jpg" } } };
        if (key is not null)
            request.Headers.Add("X-API-Key", key);
        return request;
    }

    private static JsonElement Error(Answer answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.Status);
        var error = answer.Json.GetProperty("error");
        Assert.Equal(["code", "message", "details", "timestamp", "error_id", "request_id"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, error.GetProperty("code").GetString());
        return error;
    }

    private static float[][] Rows(JsonElement rows) => [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(number => number.GetSingle()).ToArray())];
}
