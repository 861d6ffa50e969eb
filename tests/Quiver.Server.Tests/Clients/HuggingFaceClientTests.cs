using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Clients;

/// <summary>The npm package `@huggingface/inference` against the server, unchanged, with its address as a local endpoint.</summary>
public sealed class HuggingFaceClientTests
{
    private const string Key = "0123456789abcdef-key";

    [Fact]
    public async Task Feature_extraction_gives_the_models_vectors_at_the_route_and_at_the_address_itself()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "vectors");

        float[][] one = [server.Model.UnitVectorOf("a first text")], other = [server.Model.UnitVectorOf("another")];
        Assert.Equal(one, Vectors(seen, "one"));
        Assert.Equal([.. one, .. other], Vectors(seen, "many"));
        Assert.Equal([server.Model.UnitVectorOf("another", 3)], Vectors(seen, "cut"));
        Assert.Equal(other, Vectors(seen, "atTheAddressItself"));
    }

    [Fact]
    public async Task Sentence_similarity_gives_cosines_at_the_route_and_at_the_address_itself()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "similarity");

        var expected = server.Model.UnitVectorOf("a first text").Zip(server.Model.UnitVectorOf("another")).Sum(pair => (double)pair.First * pair.Second);
        foreach (var place in new[] { "own", "atTheAddressItself" })
        {
            var cosines = seen.GetProperty(place).EnumerateArray().Select(cosine => cosine.GetDouble()).ToArray();
            Assert.Equal(2, cosines.Length);
            Assert.Equal(expected, cosines[0], 1e-6);
            Assert.Equal(1, cosines[1], 1e-6);
        }
    }

    [Fact]
    public async Task Errors_reach_the_caller_with_their_status_type_and_text()
    {
        await using var server = await TestServer.StartAsync();
        var seen = await RunAsync(server, "errors");

        Assert.Equal((400, "Empty", "Input validation error: `inputs` cannot be empty"), Error(seen, "empty"));
        Assert.Equal((422, "Validation", "Input validation error: `inputs` must have less than 32 tokens. Given: 102"), Error(seen, "tooLong"));
        Assert.Equal((422, "Validation", "batch size 33 > maximum allowed batch size 32"), Error(seen, "tooMany"));
        Assert.StartsWith("Failed to deserialize the JSON body", Error(seen, "wrongMember").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_the_servers_key_is_let_in()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });

        Assert.Equal(401, (await RunAsync(server, "key", "hf_other")).GetProperty("status").GetInt32());
        Assert.Equal(JsonValueKind.Null, (await RunAsync(server, "key", Key)).GetProperty("class").ValueKind);
    }

    private static Task<JsonElement> RunAsync(TestServer server, string scenario, params string[] more) =>
        NodeScript.RunAsync("huggingface.mjs", [server.Address.ToString().TrimEnd('/'), scenario, .. more]);

    private static float[][] Vectors(JsonElement seen, string name) =>
        [.. seen.GetProperty(name).EnumerateArray().Select(vector => vector.EnumerateArray().Select(x => (float)x.GetDouble()).ToArray())];

    private static (int Status, string? Type, string Text) Error(JsonElement seen, string name)
    {
        var (status, body) = (seen.GetProperty(name).GetProperty("status").GetInt32(), seen.GetProperty(name).GetProperty("body"));
        return (status, body.GetProperty("error_type").GetString(), body.GetProperty("error").GetString()!);
    }
}
