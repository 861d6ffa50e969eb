using System.Net;
using Quiver.Secrets;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Dialects.EmbedCache;

/// <summary>Bring your own key over HTTP, with a provider on this machine that stands in for the world.</summary>
public sealed class ProviderTests : IAsyncDisposable
{
    private const string Path = "/v1/provider";

    private const string Body =
        """{"name":"openai","endpoint":"https://api.openai.com/v1/embeddings","api_key":"sk-test-not-real","request_template":{"model":"text-embedding-3-small","input":"{{text}}"},"response_path":"$.data[0].embedding"}""";

    private readonly TemporaryFolder _folder = new();
    private readonly StandInProvider _provider = new();

    private ServeOptions Options => new()
    {
        Compat = new HashSet<string> { "embed-cache" },
        DataFolder = _folder.Path,
        Database = $"sqlite://{_folder.Path}/quiver.db",
        EncryptionKey = "cGlja2VkIGZvciB0ZXN0cywgMzIgYnl0ZXMgbG9uZy4=",
    };

    [Fact]
    public async Task A_provider_is_saved_shown_without_its_key_and_forgotten()
    {
        await using var server = await StartAsync();

        var saved = await server.EmbedAsync(Body, Path);
        var shown = await server.GetAsync(Path);
        var deleted = await server.SendAsync(new HttpRequestMessage(HttpMethod.Delete, Path));

        Assert.Equal(["provider_id"], saved.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^prov_[0-9a-f]{24}$", saved.Json.GetProperty("provider_id").GetString());
        Assert.Equal(HttpStatusCode.OK, shown.Status);
        Assert.Equal(
            ["provider_id", "name", "endpoint", "request_template", "response_path", "batch_size", "dimensions", "created_at", "updated_at"],
            shown.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("""{"model":"text-embedding-3-small","input":"{{text}}"}""", shown.Json.GetProperty("request_template").GetRawText());
        Assert.DoesNotContain("sk-test", shown.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""{"deleted":true}""", deleted.Json.GetRawText());
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(new HttpRequestMessage(HttpMethod.Delete, Path))).Status);
        Assert.Empty(_provider.Calls);
    }

    [Fact]
    public async Task A_second_post_updates_the_first()
    {
        await using var server = await StartAsync();

        var first = await server.EmbedAsync(Body, Path);
        var second = await server.EmbedAsync(Body.Replace("\"openai\"", "\"renamed\"", StringComparison.Ordinal), Path);

        Assert.Equal(first.Json.GetRawText(), second.Json.GetRawText());
        Assert.Equal("renamed", (await server.GetAsync(Path)).Json.GetProperty("name").GetString());
    }

    [Fact]
    public async Task Its_name_as_a_model_embeds_with_it_and_the_second_time_from_the_cache()
    {
        await using var server = await StartAsync();
        await server.EmbedAsync(Body, Path + "?verify=true");

        var first = await server.EmbedAsync("""{"text":"byok text 1","model":"openai"}""", "/v1/embed");
        var second = await server.EmbedAsync("""{"text":"byok text 1","model":"openai"}""", "/v1/embed");

        Assert.Equal("[0.5,-0.25,1,0]", first.Json.GetProperty("embedding").GetRawText());
        Assert.Equal(4, first.Json.GetProperty("dimensions").GetInt32());
        Assert.Equal([false, true], [first.Json.GetProperty("cached").GetBoolean(), second.Json.GetProperty("cached").GetBoolean()]);
        Assert.Equal(["quiver", "byok text 1"], _provider.Calls.Select(call => call.Body[(call.Body.LastIndexOf(":\"", StringComparison.Ordinal) + 2)..^2]));
    }

    [Fact]
    public async Task A_trial_tells_the_width_and_saves_nothing_where_it_fails()
    {
        await using var server = await StartAsync();
        var good = await server.EmbedAsync(Body, Path + "?verify=true");
        _provider.Answer = _ => StandInAnswer.Of("401 Unauthorized", "upstream-canary");

        var bad = await server.EmbedAsync(Body.Replace("\"openai\"", "\"renamed\"", StringComparison.Ordinal), Path + "?verify=1");

        Assert.Equal(4, good.Json.GetProperty("dimensions").GetInt32());
        Assert.Equal(HttpStatusCode.BadGateway, bad.Status);
        Assert.DoesNotContain("canary", bad.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("openai", (await server.GetAsync(Path)).Json.GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.BadRequest, (await server.EmbedAsync(Body, Path + "?verify=perhaps")).Status);
    }

    /// <summary>Defect 5: every failure of the provider was a 500 in plain text.</summary>
    [Fact]
    public async Task A_provider_that_fails_is_a_502_in_the_dialect_s_words()
    {
        await using var server = await StartAsync();
        await server.EmbedAsync(Body, Path + "?verify=true");
        _provider.Answer = _ => StandInAnswer.Of("400 Bad Request", "upstream-canary");

        var single = await server.EmbedAsync("""{"text":"byok text 5","model":"openai"}""", "/v1/embed");
        var batch = await server.EmbedAsync("""{"texts":["c one","c two"],"model":"openai"}""", "/v1/embed/batch");

        Assert.All([single, batch], answer =>
        {
            Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
            Assert.Equal(answer.Json.GetProperty("detail").GetString(), answer.Json.GetProperty("error").GetString());
            Assert.DoesNotContain("canary", answer.Json.GetRawText(), StringComparison.Ordinal);
        });
    }

    /// <summary>Defect 7: the port was not checked.</summary>
    [Theory]
    [InlineData("\"https://api.openai.com/v1/embeddings\"", "\"http://api.openai.com/v1\"", "HTTPS required for BYOK endpoints")]
    [InlineData("\"https://api.openai.com/v1/embeddings\"", "\"https://example.com/v1\"", "Host not in allowed list: example.com")]
    [InlineData("\"https://api.openai.com/v1/embeddings\"", "\"https://169.254.169.254/latest\"", "Host not in allowed list: 169.254.169.254")]
    [InlineData("\"https://api.openai.com/v1/embeddings\"", "\"https://api.openai.com:8443/v1\"", "Port not in allowed list: 8443")]
    [InlineData("\"https://api.openai.com/v1/embeddings\"", "\"https://user:pw@api.openai.com/v1\"", "User info not allowed in BYOK endpoints")]
    [InlineData("\"{{text}}\"", "\"no place\"", "request_template: it has no place for the text: {{text}}, $TEXT, or {{texts}} for a list")]
    [InlineData("\"$.data[0].embedding\"", "\"$$$[\"", "response_path: a name follows a dot, all else stands in brackets (character 2)")]
    [InlineData("\"sk-test-not-real\"", "\"sk\\r\\nX-Evil: 1\"", "api_key has at most 1024 characters, all of them visible ASCII")]
    public async Task What_cannot_be_saved_is_told_in_a_detail(string part, string instead, string detail)
    {
        await using var server = await StartAsync();

        var answer = await server.EmbedAsync(Body.Replace(part, instead, StringComparison.Ordinal), Path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(detail, answer.Json.GetProperty("detail").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync(Path)).Status);
    }

    [Fact]
    public async Task Missing_members_are_listed_and_a_template_is_an_object()
    {
        await using var server = await StartAsync();

        var empty = await server.EmbedAsync("{}", Path);
        var text = await server.EmbedAsync(Body.Replace("""{"model":"text-embedding-3-small","input":"{{text}}"}""", "\"$TEXT\"", StringComparison.Ordinal), Path);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.Status);
        Assert.Equal(
            ["name", "endpoint", "api_key", "request_template", "response_path"],
            empty.Json.GetProperty("detail").EnumerateArray().Select(error => error.GetProperty("loc")[1].GetString()));
        var wrong = Assert.Single(text.Json.GetProperty("detail").EnumerateArray());
        Assert.Equal("dict_type", wrong.GetProperty("type").GetString());
        Assert.DoesNotContain("sk-test", text.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_a_database_says_that_it_takes_no_providers()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "embed-cache" } });

        Assert.Equal(HttpStatusCode.Forbidden, (await server.EmbedAsync(Body, Path)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.GetAsync(Path)).Status);
    }

    [Fact]
    public async Task A_server_that_was_given_no_key_makes_one_that_only_its_user_may_read()
    {
        await using (var server = await StartAsync(Options with { EncryptionKey = null }))
            await server.EmbedAsync(Body, Path + "?verify=true");

        var file = System.IO.Path.Combine(_folder.Path, "encryption.key");
        Assert.True(FernetKey.TryParse((await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim(), out _));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        await using var again = await StartAsync(Options with { EncryptionKey = null });
        Assert.Equal(HttpStatusCode.OK, (await again.EmbedAsync("""{"text":"after a restart","model":"openai"}""", "/v1/embed")).Status);
    }

    /// <summary>Planted where a caller and a provider can put a secret, looked for in all that comes out.</summary>
    [Fact]
    public async Task No_secret_is_in_an_answer_the_log_the_metrics_or_the_database()
    {
        string[] canaries = ["sk-canary-key-1", "canary-text-2", "canary-upstream-3", "canary-header-4"];
        var seen = new List<string>();
        await using (var server = await StartAsync())
        {
            var body = Body.Replace("sk-test-not-real", canaries[0], StringComparison.Ordinal);
            seen.Add((await server.EmbedAsync(body, Path + "?verify=true")).Json.GetRawText());
            seen.Add((await server.GetAsync(Path)).Json.GetRawText());
            foreach (var status in (string[])["200 OK", "302 Found", "401 Unauthorized", "500 Internal Server Error"])
            {
                _provider.Answer = _ => StandInAnswer.Of(status, canaries[2], "X-Detail: " + canaries[3], "Location: https://canary-header-4.example/");
                seen.Add((await server.EmbedAsync($$"""{"text":"{{canaries[1]}} {{status}}","model":"openai"}""", "/v1/embed")).Json.GetRawText());
            }

            seen.Add((await server.EmbedAsync(body.Replace("api.openai.com", "127.0.0.1", StringComparison.Ordinal), Path)).Json.GetRawText());
            seen.Add(System.Text.Encoding.UTF8.GetString((await server.GetAsync("/metrics")).Bytes));
            seen.Add(server.Log);
        }

        foreach (var file in Directory.EnumerateFiles(_folder.Path))
            seen.Add(System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));

        Assert.Contains(_provider.Calls, call => call.Headers["Authorization"].Contains(canaries[0], StringComparison.Ordinal));
        Assert.Contains(seen, text => text.Contains("quiver_provider_calls_total{outcome=\"Refused\"} 1", StringComparison.Ordinal));
        Assert.All(canaries, canary => Assert.DoesNotContain(seen, text => text.Contains(canary, StringComparison.Ordinal)));
    }

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    private Task<TestServer> StartAsync(ServeOptions? options = null) => TestServer.StartAsync(options ?? Options, network: _provider.Network);
}
