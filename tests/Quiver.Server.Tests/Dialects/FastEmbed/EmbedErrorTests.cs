using System.Net;
using System.Net.Http.Headers;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.FastEmbed;

public sealed class EmbedErrorTests
{
    private const string Path = "/v1/embed";

    private const string Key = "0123456789abcdef-key";

    [Theory]
    [InlineData("")]
    [InlineData(" \\n\\t ")]
    [InlineData("\\u3000")]
    public async Task A_text_without_content_is_refused(string text)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync($$"""{"text":"{{text}}"}""", Path);
        AssertError(answer, HttpStatusCode.BadRequest, "invalid_request", "Text cannot be empty or only whitespace");
    }

    [Theory]
    [InlineData("{}", "missing field `text`")]
    [InlineData("""{"inputs":"a"}""", "missing field `text`")]
    [InlineData("""[]""", "missing field `text`")]
    [InlineData("""{"text":null}""", "text: invalid type: null, expected a string")]
    [InlineData("""{"text":5}""", "text: invalid type: number, expected a string")]
    [InlineData("""{"text":["a"]}""", "text: invalid type: sequence, expected a string")]
    [InlineData("""{"text":{"a":1}}""", "text: invalid type: map, expected a string")]
    [InlineData("""{"text":"a","normalize":"true"}""", "normalize: invalid type: string, expected a boolean")]
    [InlineData("""{"text":"a","normalize":null}""", "normalize: invalid type: null, expected a boolean")]
    [InlineData("""{"text":"a","normalize":true,"normalize":true}""", "duplicate field `normalize`")]
    [InlineData("""{"text":"a","text":"b"}""", "duplicate field `text`")]
    [InlineData("""["a",true,1]""", "the array has more than `text` and `normalize`")]
    [InlineData("\"a\"", "the body: invalid type: string, expected an object")]
    public async Task JSON_of_another_shape_is_422(string body, string reason)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(body, Path);
        AssertError(answer, HttpStatusCode.UnprocessableEntity, "invalid_request", $"Failed to deserialize the JSON body into the target type: {reason}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"text":"a",}""")]
    [InlineData("""{"text":"\x"}""")]
    [InlineData("""{"text":"\ud800"}""")]
    [InlineData("""{"text":"a" """)]
    public async Task What_is_not_JSON_is_400(string body)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(body, Path);
        Assert.StartsWith("Failed to parse the request body as JSON: ", AssertError(answer, HttpStatusCode.BadRequest, "invalid_request"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData(null, null)]
    [InlineData("application/json", "gzip")]
    public async Task A_body_that_is_not_declared_as_plain_JSON_is_415(string? contentType, string? encoding)
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent("""{"text":"a"}"""u8.ToArray()) };
        request.Content.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        AssertError(await server.SendAsync(request), HttpStatusCode.UnsupportedMediaType, "unsupported_media_type", "Expected request with `Content-Type: application/json`");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer fe_nope")]
    public async Task Without_the_key_the_answer_is_401_in_the_shape_of_the_service(string? authorization)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("{") };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        AssertError(await server.SendAsync(request), HttpStatusCode.Unauthorized, "invalid_api_key");
    }

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("bearer ")]
    [InlineData("BEARER ")]
    public async Task With_the_key_it_works_whatever_the_case_of_the_scheme(string scheme)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new StringContent("""{"text":"x"}""", new MediaTypeHeaderValue("application/json")) };
        request.Headers.TryAddWithoutValidation("Authorization", scheme + Key);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task A_fault_is_a_500_that_tells_nothing()
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder { Scale = float.NaN });
        AssertError(await server.EmbedAsync("""{"text":"x"}""", Path), HttpStatusCode.InternalServerError, "internal_error", "Failed to generate embedding");
    }

    [Fact]
    public async Task A_full_queue_is_a_429_with_the_time_to_come_back()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var model = new WordEmbedder { OnEmbed = _ => { started.TrySetResult(); release.Wait(TestContext.Current.CancellationToken); } };
        await using var server = await TestServer.StartAsync(model: model, serviceOptions: new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, QueueTexts = 1 } });
        var running = server.EmbedAsync("""{"text":"runs"}""", Path);
        await started.Task;
        // The queue has room for one: whichever comes second is refused at once.
        Task<Answer>[] two = [server.EmbedAsync("""{"text":"one"}""", Path), server.EmbedAsync("""{"text":"other"}""", Path)];
        var refused = await await Task.WhenAny(two);
        AssertError(refused, HttpStatusCode.TooManyRequests, "overloaded");
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, null), 1, 30);

        release.Set();
        Assert.Equal(HttpStatusCode.OK, (await running).Status);
        Assert.Single(await Task.WhenAll(two), answer => answer.Status == HttpStatusCode.OK);
    }

    private static void AssertError(Answer answer, HttpStatusCode status, string code, string message) => Assert.Equal(message, AssertError(answer, status, code));

    private static string AssertError(Answer answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal(["error", "message"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, answer.Json.GetProperty("error").GetString());
        return answer.Json.GetProperty("message").GetString()!;
    }
}
