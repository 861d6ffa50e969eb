using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>The real program with the real model, from the outside.</summary>
public sealed partial class ServerProgramTests
{
    [Fact]
    public async Task The_start_prints_the_address_the_model_the_mode_and_a_call_that_works()
    {
        await using var server = await ServerProgram.StartAsync();

        Assert.Collection(
            server.Announcement,
            line => Assert.Matches(@"^Quiver \d+\.\d+\.\d+ listens on http://127\.0\.0\.1:\d+$", line),
            line => Assert.Equal("  model  all-MiniLM-L6-v2: 384 dimensions, up to 256 tokens, int16", line),
            line => Assert.StartsWith("  mode   open: no key", line, StringComparison.Ordinal),
            line => Assert.Matches(PrintedCurl(), line));

        var curl = PrintedCurl().Match(server.Announcement[3]);
        var request = new HttpRequestMessage(HttpMethod.Post, curl.Groups["url"].Value) { Content = new StringContent(curl.Groups["body"].Value) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(curl.Groups["type"].Value);
        var answer = await SendAsync(server, request);
        Assert.Equal(384, Assert.Single(answer.Vectors()).Length);
        // Computed for the caller, and not at the start.
        Assert.Null(answer.Header("x-quiver-cache-hits"));
    }

    [Fact]
    public async Task A_model_that_computes_no_numbers_lets_the_server_start_and_keeps_it_from_being_ready()
    {
        using var folder = new TemporaryFolder();
        foreach (var source in Directory.EnumerateFiles(TestData.TinyModel("bert"), "*", SearchOption.AllDirectories))
        {
            var target = folder.File(Path.GetRelativePath(TestData.TinyModel("bert"), source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        SpoilTokenTable(folder.File("model.safetensors"));
        await using var server = await ServerProgram.StartAsync("--model", folder.Path);

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, "/health/live"))).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, "/health/ready"))).Status);
        var name = server.Announcement[1].Split(':')[0]["  model  ".Length..];
        Assert.Equal(HttpStatusCode.InternalServerError, (await SendAsync(server, Post(JsonSerializer.Serialize(new { model = name, input = "a" })))).Status);
        server.Terminate();
        var (exitCode, log) = await server.EndAsync();
        Assert.Equal(0, exitCode);
        Assert.Contains("/health/ready answers 503 until a self-test passes.", log, StringComparison.Ordinal);
    }

    /// <summary>Every element of the token table becomes NaN. It is the one tensor of which a start reads nothing.</summary>
    private static void SpoilTokenTable(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToUInt64(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var table = header.RootElement.EnumerateObject().Single(tensor => tensor.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal)).Value.GetProperty("data_offsets");
        bytes.AsSpan((8 + length + table[0].GetInt32())..(8 + length + table[1].GetInt32())).Fill(0xFF);
        File.WriteAllBytes(path, bytes);
    }

    [Fact]
    public async Task A_port_of_its_own_for_metrics_is_printed_too()
    {
        await using var server = await ServerProgram.StartAsync("--metrics-port", "0");
        var address = server.Announcement.Single(line => line.StartsWith("  watch  ", StringComparison.Ordinal))[9..];
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, address))).Status);
    }

    [Fact]
    public async Task Vectors_over_HTTP_are_those_of_sentence_transformers()
    {
        await using var server = await ServerProgram.StartAsync("--precision", "f32", "--auto-truncate");
        var texts = TestData.Cases("embeddings/minilm.jsonl").ToDictionary(golden => golden.GetProperty("id").GetString()!);
        var golden = TestData.Cases("embeddings/minilm_f16_weights.jsonl")
            .Select(golden => (Text: texts[golden.GetProperty("id").GetString()!], Vector: golden.GetProperty("vector").EnumerateArray().Select(x => x.GetSingle()).ToArray()))
            .Where(golden => golden.Text.GetProperty("text").GetString() != "")
            .Take(64)
            .ToList();
        Assert.Equal(64, golden.Count);

        var body = JsonSerializer.Serialize(new { model = "all-MiniLM-L6-v2", input = golden.Select(g => g.Text.GetProperty("text").GetString()) });
        var answer = await SendAsync(server, Post(body));
        foreach (var (actual, expected) in answer.Vectors().Zip(golden))
            Assert.InRange(actual.Zip(expected.Vector).Max(pair => Math.Abs(pair.First - pair.Second)), 0, 2e-6f);
        Assert.Equal(golden.Sum(g => g.Text.GetProperty("tokens").GetInt64()), answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt64());
    }

    [Fact]
    public async Task A_text_and_its_token_ids_get_the_same_vector()
    {
        await using var server = await ServerProgram.StartAsync();
        var text = TestData.Cases("embeddings/minilm.jsonl").First(golden => golden.GetProperty("ids").GetArrayLength() is > 10 and < 100);
        var ids = text.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();

        var byText = await SendAsync(server, Post(JsonSerializer.Serialize(new { model = "all-MiniLM-L6-v2", input = text.GetProperty("text").GetString() })));
        var byIds = await SendAsync(server, Post(JsonSerializer.Serialize(new { model = "all-MiniLM-L6-v2", input = new[] { ids[1..^1] } })));
        Assert.Equal(byText.Vectors(), byIds.Vectors());
    }

    [Theory]
    [InlineData(2, "--host", "0.0.0.0")]
    [InlineData(2, "--host", "::")]
    [InlineData(1, "--host", "example.org")]
    [InlineData(1, "--api-key", "short")]
    [InlineData(2, "--api-key-file", "no-such-file")]
    [InlineData(2, "--model", "no-such-model")]
    [InlineData(1, "--port", "65536")]
    [InlineData(1, "--request-timeout", "0")]
    [InlineData(1, "--alias", "name-only")]
    [InlineData(1, "--alias", "name=not-served")]
    [InlineData(1, "--api-key", "0123456789abcdef", "--api-key-file", "file")]
    public async Task What_cannot_be_served_is_refused_with_a_reason(int exitCode, params string[] arguments)
    {
        var run = await QuiverRun.Async(["serve", "--port", "0", .. arguments]);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("quiver: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("internal error", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.OutputLines);
    }

    [Fact]
    public async Task A_port_in_use_is_refused_with_a_reason()
    {
        await using var first = await ServerProgram.StartAsync();
        var second = await QuiverRun.Async("serve", "--host", "127.0.0.1", "--port", $"{first.Address.Port}");

        Assert.Equal(2, second.ExitCode);
        Assert.Contains($"{first.Address.Port}", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_may_come_from_a_file_and_is_never_printed()
    {
        const string Key = "a-key-of-enough-characters";
        using var folder = new TemporaryFolder();
        var file = folder.Write("key", Key + "\n");
        await using var server = await ServerProgram.StartAsync("--api-key-file", file);

        var refused = await SendAsync(server, new HttpRequestMessage(HttpMethod.Get, "/v1/models"));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Authorization = new("Bearer", Key);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(server, request)).Status);

        server.Terminate();
        var (_, log) = await server.EndAsync();
        Assert.DoesNotContain(Key, log + string.Join('\n', server.Announcement), StringComparison.Ordinal);
    }

    [GeneratedRegex("^  try    curl (?<url>http\\S+/v1/embeddings) -H 'Content-Type: (?<type>[^']+)' -d '(?<body>[^']+)'$")]
    private static partial Regex PrintedCurl();

    private static HttpRequestMessage Post(string body) =>
        new(HttpMethod.Post, "/v1/embeddings") { Content = new StringContent(body, new MediaTypeHeaderValue("application/json")) };

    private static Task<Answer> SendAsync(ServerProgram server, HttpRequestMessage request) => Answer.OfAsync(server.Client, request);
}
