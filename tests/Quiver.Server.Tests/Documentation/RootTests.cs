using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

/// <summary>What stands on the paths that several services share, and the page for people.</summary>
public sealed class RootTests
{
    private const string Key = "0123456789abcdef-key";

    [Fact]
    public async Task The_root_names_the_server_and_every_path()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.GetAsync("/");

        Assert.Equal(["name", "version", "endpoints"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("Quiver", answer.Json.GetProperty("name").GetString());
        Assert.StartsWith("POST - ", answer.Json.GetProperty("endpoints").GetProperty("/v1/embed").GetString(), StringComparison.Ordinal);
        Assert.StartsWith("GET - ", answer.Json.GetProperty("endpoints").GetProperty("/health").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("User-Agent", "ollama/0.12.3 (amd64 linux) Go/go1.24", true)]
    [InlineData("User-Agent", "ollama-python/0.6.0", true)]
    [InlineData("User-Agent", "curl/8.5.0", false)]
    [InlineData("Accept", "text/plain", true)]
    [InlineData("Accept", "application/json, text/plain", false)]
    [InlineData("Accept", "*/*", false)]
    public async Task Clients_of_Ollama_find_it_running(string header, string value, bool ollama)
    {
        await using var server = await TestServer.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation(header, value);
        var answer = await server.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(ollama, answer.Header("Content-Type")!.StartsWith("text/plain", StringComparison.Ordinal));
        Assert.Equal(ollama, System.Text.Encoding.UTF8.GetString(answer.Bytes) == "Ollama is running");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    public async Task In_the_profile_of_TEI_the_answer_is_empty(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Compat = new HashSet<string> { "tei" } });
        var answer = await server.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, 0, null), (answer.Status, answer.Bytes.Length, answer.Header("Content-Type")));
    }

    [Fact]
    public async Task Health_tells_status_version_and_model_until_the_server_drains()
    {
        await using var server = await TestServer.StartAsync();
        var version = typeof(Hosting.HttpTests).Assembly.GetName().Version!.ToString(3);
        Assert.StartsWith($$"""{"status":"healthy","version":"{{version}}","model":"fake",""", System.Text.Encoding.UTF8.GetString((await server.GetAsync("/health")).Bytes), StringComparison.Ordinal);

        server.Drain.Begin();
        var draining = await server.GetAsync("/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining"), (draining.Status, draining.Json.GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path)
    {
        await using var server = await TestServer.StartAsync();
        var head = await server.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal((HttpStatusCode.OK, 0), (head.Status, head.Bytes.Length));
        Assert.Equal((await server.GetAsync(path)).ContentHeaders.ContentLength, head.ContentHeaders.ContentLength);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    public async Task A_stranger_learns_the_major_version_at_most(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        Assert.Equal("0", (await server.GetAsync(path)).Json.GetProperty("version").GetString());
        Assert.Equal("1", (await server.GetAsync("/openapi.json")).Json.GetProperty("info").GetProperty("version").GetString());
    }

    [Fact]
    public async Task The_page_shows_every_route_and_its_policy_lets_only_its_own_style_in()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var answer = await server.GetAsync("/docs");
        var page = System.Text.Encoding.UTF8.GetString(answer.Bytes);
        var document = (await server.GetAsync("/openapi.json")).Json;

        Assert.Equal("text/html; charset=utf-8", answer.Header("Content-Type"));
        Assert.All(document.GetProperty("paths").EnumerateObject(), path => Assert.Contains(path.Name, page, StringComparison.Ordinal));
        Assert.Contains("/v1/models -H &quot;Authorization: Bearer $QUIVER_API_KEY&quot;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Regex.Matches(page, "(src|href)=\"(?!/openapi.json\")"));
        var style = Assert.Single(Regex.Matches(page, "<style>(.*?)</style>", RegexOptions.Singleline)).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));
        Assert.Equal(
            $"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            answer.Header("Content-Security-Policy"));
    }
}
