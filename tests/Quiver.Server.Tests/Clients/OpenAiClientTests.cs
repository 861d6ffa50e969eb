using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Clients;

/// <summary>The npm package `openai` against the server, unchanged: what a caller of it gets to see.</summary>
public sealed class OpenAiClientTests
{
    private const string Key = "0123456789abcdef-key";

    [Fact]
    public async Task Vectors_are_the_same_by_default_as_numbers_and_as_base64()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "vectors");

        var expected = new[] { server.Model.UnitVectorOf("a first text"), server.Model.UnitVectorOf("another") };
        Assert.Equal(expected, Vectors(seen.GetProperty("byDefault")));
        Assert.Equal(expected, Vectors(seen.GetProperty("float")));
        Assert.Equal(expected, seen.GetProperty("base64").EnumerateArray().Select(
            item => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(item.GetBytesFromBase64()).ToArray()));
        Assert.Equal([server.Model.UnitVectorOf("a first text", 3), server.Model.UnitVectorOf("another", 3)], Vectors(seen.GetProperty("cut")));
        Assert.Equal(server.Model.UnitVectorOf(server.Model.FromTokenIds([8])), Vectors(seen.GetProperty("tokens"))[1]);
        Assert.Equal("""{"prompt_tokens":8,"total_tokens":8}""", seen.GetProperty("usage").GetRawText());
        Assert.Equal("fake", seen.GetProperty("model").GetString());
        Assert.Equal("[0,1]", seen.GetProperty("indexes").GetRawText());
        Assert.StartsWith("req_", seen.GetProperty("requestId").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_most_inputs_come_back_in_order_in_both_forms()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "many");

        Assert.Equal(2048, seen.GetProperty("count").GetInt32());
        Assert.True(seen.GetProperty("same").GetBoolean());
        Assert.Equal(server.Model.UnitVectorOf("text number 2047"), seen.GetProperty("last").EnumerateArray().Select(x => x.GetSingle()));
    }

    [Fact]
    public async Task What_goes_beyond_OpenAI_reaches_the_caller_and_troubles_nobody()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "extras");

        var cut = seen.GetProperty("cut");
        Assert.Equal([server.Model.UnitVectorOf("short"), server.Model.UnitVectorOf(string.Join(' ', Enumerable.Repeat("w", 30)))], Vectors(Each(cut, "embedding")));
        Assert.Equal("[false,true]", Each(cut, "truncated").GetRawText());
        var perItem = seen.GetProperty("perItem");
        Assert.Equal("[0,1,2]", Each(perItem, "index").GetRawText());
        Assert.Equal([JsonValueKind.Array, JsonValueKind.Null, JsonValueKind.Array], Each(perItem, "embedding").EnumerateArray().Select(vector => vector.ValueKind));
        Assert.Contains("input 1 is an empty string", perItem[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("1", seen.GetProperty("failed").GetRawText());
        Assert.Equal("""{"prompt_tokens":6,"total_tokens":6}""", seen.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task Errors_are_told_apart_by_their_class_and_code()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "errors");

        Assert.Equal(("NotFoundError", 404, "model_not_found", "model"), Error(seen, "unknownModel"));
        Assert.Equal(("BadRequestError", 400, null, null), Error(seen, "emptyInput"));
        Assert.Equal(("BadRequestError", 400, null, null), Error(seen, "tooLong"));
        Assert.Contains("maximum context length", seen.GetProperty("tooLong").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("BadRequestError", 400, "array_above_max_length", "input"), Error(seen, "tooMany"));
        Assert.Equal(("BadRequestError", 400, "invalid_value", "dimensions"), Error(seen, "dimensions"));
        Assert.Equal(("NotFoundError", 404, null, null), Error(seen, "path"));
        Assert.Equal(("APIError", 405, "method_not_supported", null), Error(seen, "method"));
        Assert.All(seen.EnumerateObject(), error => Assert.StartsWith("req_", error.Value.GetProperty("requestID").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_key_is_an_authentication_error_and_the_right_one_works()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var wrong = await NodeScript.RunAsync("openai.mjs", Base(server), "failure", "wrong-key");
        Assert.Equal("AuthenticationError", wrong.GetProperty("class").GetString());
        Assert.Equal("invalid_api_key", wrong.GetProperty("code").GetString());

        var right = await NodeScript.RunAsync("openai.mjs", Base(server), "failure", Key);
        Assert.Equal(JsonValueKind.Null, right.GetProperty("class").ValueKind);
    }

    [Fact]
    public async Task A_fault_of_the_server_is_an_internal_server_error()
    {
        await using var server = await TestServer.StartAsync(model: new WordEmbedder { Scale = float.NaN });
        Assert.Equal("InternalServerError", (await RunAsync(server, "failure")).GetProperty("class").GetString());
    }

    [Fact]
    public async Task A_refusal_for_load_is_a_rate_limit_error_and_is_retried_when_the_answer_said_so()
    {
        using var release = new ManualResetEventSlim();
        var started = new TaskCompletionSource();
        var model = new WordEmbedder { OnEmbed = _ => { started.TrySetResult(); release.Wait(TestContext.Current.CancellationToken); } };
        await using var server = await TestServer.StartAsync(model: model, serviceOptions: new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, QueueTexts = 1 } });
        var running = server.EmbedAsync("""{"model":"fake","input":"runs"}""");
        await started.Task;
        var waiting = server.EmbedAsync("""{"model":"fake","input":["fills","the","lane"]}""");
        await server.WaitForQueuedAsync(3);

        Assert.Equal("RateLimitError", (await RunAsync(server, "failure")).GetProperty("class").GetString());

        var refusals = Refusals(server);
        var retried = RunAsync(server, "retried");
        while (Refusals(server) == refusals)
            await Task.Yield();
        release.Set();
        var seen = await retried;
        await Task.WhenAll(running, waiting);

        Assert.Equal(1, seen.GetProperty("count").GetInt32());
        Assert.Equal(refusals + 1, Refusals(server));
        // Retry-After is a second; the client's own first pause is half of one.
        Assert.InRange(seen.GetProperty("milliseconds").GetDouble(), 1000, 20_000);
    }

    [Fact]
    public async Task Models_are_listed_and_retrieved()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Aliases = [new("org/alias", "fake")] });
        var seen = await RunAsync(server, "models");

        Assert.Equal("""["fake","org/alias"]""", seen.GetProperty("ids").GetRawText());
        Assert.Equal("org/alias", seen.GetProperty("retrieved").GetString());
        Assert.Equal(("NotFoundError", 404, "model_not_found", "model"), Error(seen, "unknown"));
    }

    private static int Refusals(TestServer server) => server.Log.Split(" 429 ").Length - 1;

    private static string Base(TestServer server) => new Uri(server.Address, "/v1").ToString();

    private static Task<JsonElement> RunAsync(TestServer server, string scenario) => NodeScript.RunAsync("openai.mjs", Base(server), scenario);

    private static (string? Class, int Status, string? Code, string? Param) Error(JsonElement seen, string name)
    {
        var error = seen.GetProperty(name);
        return (error.GetProperty("class").GetString(), error.GetProperty("status").GetInt32(), error.GetProperty("code").GetString(), error.GetProperty("param").GetString());
    }

    private static JsonElement Each(JsonElement items, string member) => JsonSerializer.SerializeToElement(items.EnumerateArray().Select(item => item.GetProperty(member)));

    private static float[][] Vectors(JsonElement vectors) =>
        [.. vectors.EnumerateArray().Select(vector => vector.EnumerateArray().Select(x => (float)x.GetDouble()).ToArray())];
}
