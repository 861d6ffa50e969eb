using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Dialects.OpenAi;

public sealed class EmbeddingsTests
{
    [Fact]
    public async Task A_single_string_gets_one_unit_vector_in_the_shape_of_OpenAI()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync("""{"model":"fake","input":"two words"}""");

        Assert.Equal(server.Model.UnitVectorOf("two words"), Assert.Single(answer.Vectors()));
        Assert.Equal(["object", "data", "model", "usage"], Members(answer.Json));
        Assert.Equal("list", answer.Json.GetProperty("object").GetString());
        Assert.Equal("fake", answer.Json.GetProperty("model").GetString());
        Assert.Equal(["object", "index", "embedding"], Members(answer.Json.GetProperty("data")[0]));
        Assert.Equal("embedding", answer.Json.GetProperty("data")[0].GetProperty("object").GetString());
        // Two words and two special tokens.
        Assert.Equal("""{"prompt_tokens":4,"total_tokens":4}""", answer.Json.GetProperty("usage").GetRawText());
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal(answer.Bytes.Length, answer.ContentHeaders.ContentLength);
        Assert.Null(answer.Header("Server"));
        Assert.DoesNotContain(answer.Headers, header => header.Key.StartsWith("x-quiver", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/v1/embeddings")]
    [InlineData("/embeddings")]
    public async Task A_list_of_strings_keeps_its_order(string path)
    {
        await using var server = await TestServer.StartAsync();
        string[] texts = ["a long one with many more words", "b", "c c", "b", "ü € 😀 \u0000 end"];
        var answer = await server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input = texts }), path);

        Assert.Equal(texts.Select(text => server.Model.UnitVectorOf(text)), answer.Vectors());
    }

    [Fact]
    public async Task Token_ids_are_embedded_as_the_models_own()
    {
        await using var server = await TestServer.StartAsync();
        var one = await server.EmbedAsync("""{"model":"fake","input":[5,999,0]}""");
        var two = await server.EmbedAsync("""{"model":"fake","input":[[7],[5,999,0]]}""");

        var expected = server.Model.UnitVectorOf(server.Model.FromTokenIds([5, 999, 0]));
        Assert.Equal(expected, Assert.Single(one.Vectors()));
        Assert.Equal([server.Model.UnitVectorOf(server.Model.FromTokenIds([7])), expected], two.Vectors());
        Assert.Equal(8, two.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task Base64_holds_the_same_bits_as_numbers()
    {
        await using var server = await TestServer.StartAsync();
        var numbers = await server.EmbedAsync("""{"model":"fake","input":["a b","c"],"encoding_format":"float"}""");
        var base64 = await server.EmbedAsync("""{"model":"fake","input":["a b","c"],"encoding_format":"base64"}""");

        var decoded = base64.Json.GetProperty("data").EnumerateArray()
            .Select(item => MemoryMarshal.Cast<byte, float>(item.GetProperty("embedding").GetBytesFromBase64()).ToArray());
        Assert.Equal(numbers.Vectors(), decoded);
    }

    [Theory]
    [InlineData("""{"model":"fake","input":"x","encoding_format":null}""")]
    [InlineData("""{"model":"fake","input":"x","dimensions":null,"user":null,"truncate":null}""")]
    [InlineData("""{"model":"fake","input":"x","user":"u-1","input_type":"query","extra":{"deep":[1,{"a":null}]}}""")]
    [InlineData("""{"input":"x","model":"fake"}""")]
    [InlineData(""" { "mod\u0065l" : "f\u0061ke" , "input" : [ "x" ] } """)]
    public async Task Null_counts_as_absent_and_unknown_members_are_ignored(string body)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(server.Model.UnitVectorOf("x"), Assert.Single((await server.EmbedAsync(body)).Vectors()));
    }

    /// <summary>Defect 25 of others: cut, and not scaled again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public async Task Dimensions_cut_the_vector_and_scale_it_to_unit_length_again(int dimensions)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync($$"""{"model":"fake","input":"some text","dimensions":{{dimensions}}}""");

        Assert.Equal(server.Model.UnitVectorOf("some text", dimensions), Assert.Single(answer.Vectors()));
    }

    [Fact]
    public async Task A_text_longer_than_the_limit_is_refused_and_the_message_names_the_limit_and_the_switch()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input = new[] { "ok", Words(31) } }));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        var error = answer.Error();
        Assert.Equal(("invalid_request_error", null, null), (error.Type, error.Param, error.Code));
        Assert.StartsWith("This model's maximum context length is 32 tokens, however you requested 33 tokens (33 in your prompt; 0 for the completion).", error.Message, StringComparison.Ordinal);
        Assert.Contains("'input[1]'", error.Message, StringComparison.Ordinal);
        Assert.Contains("\"truncate\": true", error.Message, StringComparison.Ordinal);
        Assert.Contains("--auto-truncate", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "true", true)]
    [InlineData(true, "null", true)]
    [InlineData(true, "false", false)]
    [InlineData(false, "null", false)]
    public async Task A_text_longer_than_the_limit_is_cut_and_flagged_when_the_body_or_the_server_says_so(bool server, string body, bool cut)
    {
        await using var host = await TestServer.StartAsync(new ServeOptions { AutoTruncate = server });
        var answer = await host.EmbedAsync($$"""{"model":"fake","input":["short","{{Words(40)}}"],"truncate":{{body}}}""");

        Assert.Equal(cut ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        if (!cut)
            return;
        Assert.Equal(host.Model.UnitVectorOf(Words(30)), answer.Vectors()[1]);
        // Defect 25 of others: cut in silence.
        Assert.EndsWith("""],"truncated":true,"tokens":32,"original_tokens":42}""", answer.Json.GetProperty("data")[1].GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["object", "index", "embedding"], Members(answer.Json.GetProperty("data")[0]));
        Assert.Equal("1", answer.Header("x-quiver-truncated"));
        Assert.Equal(3 + 32, answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task A_text_of_exactly_the_limit_passes()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync($$"""{"model":"fake","input":"{{Words(30)}}"}""")).Status);
    }

    [Fact]
    public async Task The_most_inputs_of_one_request_come_back_in_order()
    {
        await using var server = await TestServer.StartAsync();
        var texts = Enumerable.Range(0, 2048).Select(i => Words(1 + (i % 13)) + " n" + i).ToArray();
        var answer = await server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input = texts }));

        Assert.Equal(texts.Select(text => server.Model.UnitVectorOf(text)), answer.Vectors());
    }

    /// <summary>Defect 24 of TEI: a batch larger than the bound of the queue refused itself.</summary>
    [Fact]
    public async Task An_idle_server_takes_a_batch_of_any_size_however_short_its_queue()
    {
        await using var server = await TestServer.StartAsync(serviceOptions: new EmbeddingServiceOptions { Scheduler = new() { Runners = 1, QueueTexts = 1 } });
        var texts = Enumerable.Range(0, 500).Select(i => $"n{i}").ToArray();
        Assert.Equal(texts.Select(text => server.Model.UnitVectorOf(text)), (await server.EmbedAsync(JsonSerializer.Serialize(new { model = "fake", input = texts }))).Vectors());
    }

    [Fact]
    public async Task An_alias_is_served_and_echoed()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Aliases = [new("my/alias", "fake")] });
        var answer = await server.EmbedAsync("""{"model":"my/alias","input":"x"}""");

        Assert.Equal(server.Model.UnitVectorOf("x"), Assert.Single(answer.Vectors()));
        Assert.Equal("my/alias", answer.Json.GetProperty("model").GetString());
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("w", count));

    private static IEnumerable<string> Members(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
