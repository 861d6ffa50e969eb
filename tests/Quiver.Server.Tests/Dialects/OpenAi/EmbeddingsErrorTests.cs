using System.Net;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class EmbeddingsErrorTests
{
    private const string Invalid = "invalid_request_error";

    public static TheoryData<string, string?, string?> InvalidBodies => new()
    {
        { "", null, null },
        { "{", null, null },
        { "nonsense", null, null },
        { """{"model":"fake","input":"x"} {}""", null, null },
        { """{"model":"fake","input":"x",}""", null, null },
        { """{"model":"fake","input":"x" /* no comments */}""", null, null },
        { """{"model":"fake","input":"\ud800"}""", null, null },
        { """{"model":"fake","input":["ok","\udc00\ud800"]}""", null, null },
        { """{"model":"fake","input":"x","\ud800":1}""", null, null },
        { """{"model":"\ud800","input":"x"}""", null, null },
        { """{"model":"fake","input":"x","encoding_format":"base64\udc00"}""", null, null },
        { "{\"model\":\"fake\",\"input\":\"x\",\"deep\":" + new string('[', 100) + new string(']', 100) + "}", null, null },
        { """["model"]""", null, "invalid_type" },
        { "null", null, "invalid_type" },
        { """{"model":"fake","input":"x","input":"x"}""", "input", "duplicate_parameter" },
        { """{"model":"fake","input":"x","user":"a","us\u0065r":"b"}""", "user", "duplicate_parameter" },
        { """{"input":"x"}""", "model", "missing_required_parameter" },
        { """{"model":null,"input":"x"}""", "model", "missing_required_parameter" },
        { """{"model":7,"input":"x"}""", "model", "invalid_type" },
        { """{"model":"fake"}""", "input", "missing_required_parameter" },
        { """{"model":"fake","input":null}""", "input", "missing_required_parameter" },
        { """{"model":"fake","input":{}}""", "input", "invalid_type" },
        { """{"model":"fake","input":7}""", "input", "invalid_type" },
        { """{"model":"fake","input":true}""", "input", "invalid_type" },
        { """{"model":"fake","input":[null]}""", "input[0]", "invalid_type" },
        { """{"model":"fake","input":["x",1]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":["x",null]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":["x",["y"]]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":[1,"x"]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":[1,1.5]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":[1e999]}""", "input[0]", "invalid_type" },
        { """{"model":"fake","input":[4294967296]}""", "input[0]", "invalid_type" },
        { """{"model":"fake","input":[[1],2]}""", "input[1]", "invalid_type" },
        { """{"model":"fake","input":[[1],["x"]]}""", "input[1][0]", "invalid_type" },
        { """{"model":"fake","input":[[[1]]]}""", "input[0][0]", "invalid_type" },
        { """{"model":"fake","input":[1000]}""", "input", "invalid_value" },
        { """{"model":"fake","input":[[1],[-1]]}""", "input", "invalid_value" },
        { """{"model":"fake","input":""}""", null, null },
        { """{"model":"fake","input":[]}""", null, null },
        { """{"model":"fake","input":["x",""]}""", null, null },
        { """{"model":"fake","input":[[]]}""", null, null },
        { """{"model":"fake","input":[[1],[]]}""", null, null },
        { """{"model":"fake","input":"x","encoding_format":"int8"}""", "encoding_format", "invalid_value" },
        { """{"model":"fake","input":"x","encoding_format":1}""", "encoding_format", "invalid_type" },
        { """{"model":"fake","input":"x","dimensions":0}""", "dimensions", "invalid_value" },
        { """{"model":"fake","input":"x","dimensions":-1}""", "dimensions", "invalid_value" },
        { """{"model":"fake","input":"x","dimensions":9}""", "dimensions", "invalid_value" },
        { """{"model":"fake","input":"x","dimensions":"8"}""", "dimensions", "invalid_type" },
        { """{"model":"fake","input":"x","dimensions":1e999}""", "dimensions", "invalid_type" },
        { """{"model":"fake","input":"x","dimensions":1.5}""", "dimensions", "invalid_type" },
        { """{"model":"fake","input":"x","truncate":"yes"}""", "truncate", "invalid_type" },
    };

    [Theory]
    [MemberData(nameof(InvalidBodies))]
    public async Task An_invalid_body_is_a_400_that_names_the_member(string body, string? param, string? code)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        var error = answer.Error();
        Assert.Equal((Invalid, param, code), (error.Type, error.Param, error.Code));
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_is_a_400()
    {
        await using var server = await TestServer.StartAsync();
        byte[] body = [.. "{\"model\":\"fake\",\"input\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        var answer = await server.SendAsync(Post(body, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("UTF-8", answer.Error().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"fake","input":""}""", "empty string")]
    [InlineData("""{"model":"fake","input":["a","b",""]}""", "input 2 is an empty string")]
    [InlineData("""{"model":"fake","input":[[1],[]]}""", "input 1 is an empty array")]
    public async Task An_empty_input_is_told_in_the_words_of_OpenAI_with_its_place(string body, string place)
    {
        await using var server = await TestServer.StartAsync();
        var message = (await server.EmbedAsync(body)).Error().Message;

        Assert.StartsWith("'$.input' is invalid", message, StringComparison.Ordinal);
        Assert.EndsWith("Please check the API reference: https://platform.openai.com/docs/api-reference.", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2049)]
    [InlineData(5000)]
    public async Task More_than_2048_inputs_are_refused_with_their_number(int count)
    {
        await using var server = await TestServer.StartAsync();
        foreach (var input in new[] { "\"x\"", "[1]" })
        {
            var answer = await server.EmbedAsync($$"""{"model":"fake","input":[{{string.Join(',', Enumerable.Repeat(input, count))}}]}""");
            var error = answer.Error();
            Assert.Equal((HttpStatusCode.BadRequest, "input", "array_above_max_length"), (answer.Status, error.Param, error.Code));
            Assert.Contains($"length {count} ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task More_tokens_than_a_request_may_have_are_refused_with_their_number()
    {
        await using var server = await TestServer.StartAsync(serviceOptions: new EmbeddingServiceOptions { MaxRequestTokens = 10 });
        var answer = await server.EmbedAsync("""{"model":"fake","input":["a b c","d e f","g"]}""");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(("Requested 13 tokens, max 10 tokens per request", "max_tokens_per_request", null, "max_tokens_per_request"), answer.Error());
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"model":"fake","input":["a b c","d e f"]}""")).Status);
    }

    /// <summary>Defect 24 of TEI: it took any model, and its errors on these routes were not nested.</summary>
    [Fact]
    public async Task An_unknown_model_is_a_404_that_lists_the_served_ones()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Aliases = [new("other", "fake")] });
        var answer = await server.EmbedAsync("""{"model":"text-embedding-3-small","input":"x"}""");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        var error = answer.Error();
        Assert.Equal((Invalid, "model", "model_not_found"), (error.Type, error.Param, error.Code));
        Assert.Contains("fake, other", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task A_vector_that_is_not_finite_is_a_500_and_never_sent(float scale)
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder { Scale = scale });
        var answer = await server.EmbedAsync("""{"model":"fake","input":"x"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal("server_error", answer.Error().Type);
    }

    [Fact]
    public async Task A_fault_of_the_model_is_a_500_that_says_nothing_of_it_and_the_next_request_is_served()
    {
        var model = new WordEmbedder { OnEmbed = inputs => throw new InvalidOperationException("secret detail " + inputs.Length) };
        await using var server = await TestServer.StartAsync(model: model);
        var answer = await server.EmbedAsync("""{"model":"fake","input":"x"}""");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.DoesNotContain("secret", System.Text.Encoding.UTF8.GetString(answer.Bytes), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", server.Log, StringComparison.Ordinal);
        Assert.Contains(answer.Header("x-request-id")!, server.Log, StringComparison.Ordinal);
        Assert.Contains(nameof(InvalidOperationException), server.Log, StringComparison.Ordinal);

        model.OnEmbed = _ => { };
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"model":"fake","input":"x"}""")).Status);
    }

    [Fact]
    public async Task A_full_queue_is_a_429_with_the_time_to_come_back()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var model = new WordEmbedder { OnEmbed = _ => { started.TrySetResult(); release.Wait(TestContext.Current.CancellationToken); } };
        await using var server = await TestServer.StartAsync(model: model, serviceOptions: new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, QueueTexts = 1 } });

        var running = server.EmbedAsync("""{"model":"fake","input":"runs"}""");
        await started.Task;
        // One text may wait: of three, two are refused at once.
        var others = Enumerable.Range(0, 3).Select(i => server.EmbedAsync($$"""{"model":"fake","input":"waits {{i}}"}""")).ToList();
        for (var i = 0; i < 2; i++)
        {
            var first = await Task.WhenAny(others);
            others.Remove(first);
            var refused = await first;
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
            Assert.Equal(("requests", "rate_limit_exceeded"), (refused.Error().Type, refused.Error().Code));
            Assert.InRange(int.Parse(refused.Header("Retry-After")!, null), 1, 30);
        }

        release.Set();
        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Equal(HttpStatusCode.OK, (await others[0]).Status);
    }

    [Fact]
    public async Task A_request_that_is_not_answered_in_time_is_a_503()
    {
        using var release = new ManualResetEventSlim();
        var model = new WordEmbedder { OnEmbed = _ => release.Wait(TestContext.Current.CancellationToken) };
        await using var server = await TestServer.StartAsync(new ServeOptions { RequestTimeout = TimeSpan.FromMilliseconds(200) }, model);
        var answer = await server.EmbedAsync("""{"model":"fake","input":"x"}""");
        release.Set();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal("server_error", answer.Error().Type);
        Assert.NotNull(answer.Header("Retry-After"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData(null)]
    public async Task Another_content_type_than_JSON_in_UTF8_is_a_415(string? type)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.SendAsync(Post("""{"model":"fake","input":"x"}"""u8.ToArray(), type));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("application/json", answer.Error().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=\"UTF-8\"")]
    [InlineData("application/vnd.api+json")]
    public async Task JSON_by_any_of_its_names_is_read(string type)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(Post("""{"model":"fake","input":"x"}"""u8.ToArray(), type))).Status);
    }

    [Fact]
    public async Task A_compressed_body_is_a_415()
    {
        await using var server = await TestServer.StartAsync();
        var request = Post([0x1f, 0x8b], "application/json");
        request.Content!.Headers.ContentEncoding.Add("gzip");
        var answer = await server.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Contains("Compressed", answer.Error().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_text_of_a_caller_reaches_the_log()
    {
        await using var server = await TestServer.StartAsync();
        await server.EmbedAsync("""{"model":"fake","input":"canary-text","canary-member":1}""");
        await server.EmbedAsync("""{"model":"canary-model","input":"canary-text"}""");
        await server.EmbedAsync("""{"model":"fake","input":"canary-text","canary-member":1,"canary-member":1}""");
        await server.EmbedAsync("""{"model":"fake","input":"canary-text""");
        await server.GetAsync("/canary-path?x=canary-path");
        await server.GetAsync("/v1/models/canary-model");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer canary-key");
        request.Headers.TryAddWithoutValidation("x-request-id", "canary id");
        await server.SendAsync(request);

        Assert.Equal(7, server.Log.Split('\n').Count(line => line.Contains(" items, ", StringComparison.Ordinal)));
        Assert.DoesNotContain("canary", server.Log, StringComparison.OrdinalIgnoreCase);
    }

    private static HttpRequestMessage Post(byte[] body, string? type)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new ByteArrayContent(body) };
        if (type is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return request;
    }
}
