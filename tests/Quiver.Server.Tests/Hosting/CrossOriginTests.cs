using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class CrossOriginTests
{
    private const string Key = "0123456789abcdef-key";
    private const string App = "https://app.example";

    [Fact]
    public async Task By_default_no_page_may_read_an_answer()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        foreach (var answer in (Answer[])[await GetAsync(server, App, Key), await PreflightAsync(server, App)])
        {
            Assert.Null(answer.Header("Access-Control-Allow-Origin"));
            Assert.Null(answer.Header("Vary"));
        }
    }

    [Fact]
    public async Task A_page_of_a_listed_origin_may_read_answers_and_errors()
    {
        await using var server = await StartAsync(App, "http://localhost:3000");
        foreach (var origin in (string[])[App, "http://localhost:3000"])
        {
            var answer = await GetAsync(server, origin, Key);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            AssertReadable(answer, origin);

            var refused = await GetAsync(server, origin, key: null);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
            AssertReadable(refused, origin);

            var unknown = await GetAsync(server, origin, Key, "/nothing/here");
            Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
            AssertReadable(unknown, origin);
        }
    }

    [Theory]
    [InlineData("https://app.example.evil.example")]
    [InlineData("http://app.example")]
    [InlineData("https://app.example:8443")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Any_other_page_may_not_and_caches_are_told_that_the_origin_matters(string? origin)
    {
        await using var server = await StartAsync(App);
        var answer = await GetAsync(server, origin, Key);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    [Fact]
    public async Task A_preflight_is_answered_before_anyone_asks_for_a_key()
    {
        await using var server = await StartAsync(App);
        var answer = await PreflightAsync(server, App, "authorization, content-type, x-stainless-lang");

        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Equal(App, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("GET, POST", answer.Header("Access-Control-Allow-Methods"));
        Assert.Equal("authorization, content-type, x-stainless-lang", answer.Header("Access-Control-Allow-Headers"));
        Assert.Equal("3600", answer.Header("Access-Control-Max-Age"));
        Assert.Equal("Origin,Access-Control-Request-Headers", answer.Header("Vary"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));
        Assert.Empty(answer.Bytes);
    }

    [Fact]
    public async Task A_preflight_of_another_page_is_answered_as_if_there_were_no_such_thing()
    {
        await using var server = await StartAsync(App);
        var answer = await PreflightAsync(server, "https://evil.example");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Methods"));
    }

    [Fact]
    public async Task Header_names_that_are_none_are_not_sent_back()
    {
        await using var server = await StartAsync(App);
        var answer = await PreflightAsync(server, App, "x-a;evil=<script>");
        Assert.Equal(HttpStatusCode.NoContent, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Headers"));
    }

    [Fact]
    public async Task A_star_is_every_origin()
    {
        await using var server = await StartAsync("*");
        var answer = await GetAsync(server, "https://anyone.example", Key);
        Assert.Equal("*", answer.Header("Access-Control-Allow-Origin"));
        Assert.Null(answer.Header("Vary"));
    }

    [Fact]
    public async Task Without_a_key_a_listed_page_of_this_machine_may_read_and_a_foreign_one_is_still_refused()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { CorsOrigins = ["*"] });
        var local = await GetAsync(server, "http://localhost:3000", key: null);
        Assert.Equal((HttpStatusCode.OK, "*"), (local.Status, local.Header("Access-Control-Allow-Origin")));
        Assert.Equal(HttpStatusCode.NoContent, (await PreflightAsync(server, "http://localhost:3000")).Status);

        foreach (var foreign in (Answer[])[await GetAsync(server, App, key: null), await PreflightAsync(server, App)])
            Assert.Equal(HttpStatusCode.Forbidden, foreign.Status);
    }

    [Theory]
    [InlineData(1, "https://app.example/")]
    [InlineData(1, "app.example")]
    [InlineData(1, "https://*.example")]
    [InlineData(1, "https://app.example:443")]
    [InlineData(2, "https://app.example")]
    public async Task An_origin_that_no_browser_sends_or_that_open_mode_would_refuse_does_not_start(int exitCode, string origin)
    {
        var run = await QuiverRun.Async("serve", "--port", "0", "--cors-origin", origin);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.StartsWith("quiver: --cors-origin ", run.Error, StringComparison.Ordinal);
    }

    private static void AssertReadable(Answer answer, string origin)
    {
        Assert.Equal(origin, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal("*", answer.Header("Access-Control-Expose-Headers"));
        Assert.Equal("Origin", answer.Header("Vary"));
    }

    private static Task<TestServer> StartAsync(params string[] origins) => TestServer.StartAsync(new ServeOptions { ApiKey = Key, CorsOrigins = origins });

    private static Task<Answer> GetAsync(TestServer server, string? origin, string? key, string path = "/v1/models")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
            request.Headers.Authorization = new("Bearer", key);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        return server.SendAsync(request);
    }

    private static Task<Answer> PreflightAsync(TestServer server, string origin, string headers = "authorization,content-type")
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/v1/embeddings");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.TryAddWithoutValidation("Access-Control-Request-Headers", headers);
        return server.SendAsync(request);
    }
}
