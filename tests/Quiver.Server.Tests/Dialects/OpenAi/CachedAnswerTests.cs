using System.Net;
using System.Text.Json;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class CachedAnswerTests
{
    /// <summary>
    /// Defect 29 of several services: keys made by joining parts with a separator, which a text may hold itself. Each pair here, and each with
    /// the other's dimensions, would meet in some of them.
    /// </summary>
    [Fact]
    public async Task Texts_that_joined_keys_confuse_get_their_own_vectors()
    {
        string[][] batches =
        [
            ["a|b", "c"], ["a", "b|c"], ["a|b|c"], ["a,b"], ["a", "b"], ["[\"a\",\"b\"]"], ["a\u0000b"], ["a\u001fb"], ["a\nb"],
            ["fake:a"], ["fake:fake:a"], ["a|fake|8"], ["a|fake"], ["a|8"], ["A"], ["a:embedding"], ["1:a"], ["5"], ["[5]"],
        ];
        await using var server = await TestServer.StartAsync();

        // The second and third time from the cache, the third in ready text.
        for (var time = 0; time < 3; time++)
        {
            foreach (var input in batches)
            {
                foreach (var dimensions in new int?[] { null, 8, 4 })
                {
                    var answer = await server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input, dimensions }));
                    Assert.Equal(input.Select(text => server.Model.UnitVectorOf(text, dimensions)), answer.Vectors());
                }
            }

            Assert.Equal([server.Model.UnitVectorOf(server.Model.FromTokenIds([5]))], (await server.EmbedAsync("""{"model":"fake","input":[5]}""")).Vectors());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"encoding_format\":\"base64\"")]
    [InlineData(",\"dimensions\":3")]
    [InlineData(",\"dimensions\":3,\"encoding_format\":\"base64\"")]
    [InlineData(",\"long_input\":\"mean\"")]
    [InlineData(",\"error_policy\":\"per_item\"")]
    public async Task A_cached_answer_has_the_bytes_of_a_fresh_one(string members)
    {
        var body = $$"""{"model":"fake","input":["a b","c","a b","d e f"],"truncate":true{{members}}}""";
        if (members.Contains("long_input", StringComparison.Ordinal))
            body = $$"""{"model":"fake","input":["a","{{string.Join(' ', Enumerable.Range(0, 40))}}"]{{members}}}""";
        await using var server = await TestServer.StartAsync();
        var fresh = await server.EmbedAsync(body);

        Assert.Equal(HttpStatusCode.OK, fresh.Status);
        for (var time = 0; time < 3; time++)
            Assert.Equal(fresh.Bytes, (await server.EmbedAsync(body)).Bytes);
    }

    /// <summary>Defect 27 of others: vectors in wrong places when some were cached.</summary>
    [Fact]
    public async Task Where_some_are_cached_every_vector_keeps_its_place_and_the_hits_are_counted()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Null((await PostAsync(server, "b", "d")).Header("x-quiver-cache-hits"));

        string[] texts = ["a", "b", "c", "d", "a"];
        var answer = await PostAsync(server, texts);
        Assert.Equal(texts.Select(text => server.Model.UnitVectorOf(text)), answer.Vectors());
        Assert.Equal("2", answer.Header("x-quiver-cache-hits"));
        Assert.Equal("5", (await PostAsync(server, texts)).Header("x-quiver-cache-hits"));
    }

    private static Task<Answer> PostAsync(TestServer server, params string[] input) =>
        server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input, encoding_format = "float" }));
}
