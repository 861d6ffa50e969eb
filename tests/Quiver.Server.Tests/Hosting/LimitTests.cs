using System.Net;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.OpenAi;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>What callers see of a plan's limits: headers on every answer, and the 429 of each dialect.</summary>
public sealed class LimitTests
{
    private static readonly ServeOptions ThreeAMonth = new() { Plan = "fastembed-free", PlanLimits = new PresetLimits { FastEmbedFree = 3 } };

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Without_a_plan_no_answer_speaks_of_limits()
    {
        await using var server = await TestServer.StartAsync();
        var answer = await server.EmbedAsync(OpenAi("no plan"));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain(answer.Headers, header => header.Key.Contains("ratelimit", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Every_window_of_the_plan_is_in_the_headers_of_the_draft()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Plan = "tkr-embed" }, time: _time);
        var answer = await server.EmbedAsync(OpenAi("all windows"));

        Assert.Equal(
            "\"requests-burst-key-address\";q=10, \"requests-minute-key-address\";q=60;w=60, \"requests-hour-key-address\";q=1000;w=3600, \"requests-day-key-address\";q=10000;w=86400",
            answer.Header("RateLimit-Policy"));
        Assert.Equal(
            "\"requests-burst-key-address\";r=9;t=1, \"requests-minute-key-address\";r=59;t=61, \"requests-hour-key-address\";r=999;t=3660, \"requests-day-key-address\";r=9999;t=86400",
            answer.Header("RateLimit"));
    }

    [Fact]
    public async Task OpenAIs_headers_tell_of_the_window_that_leaves_the_least()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Plan = "tkr-embed" }, time: _time);
        Answer? answer = null;
        for (var i = 0; i < 10; i++)
            answer = await server.EmbedAsync(OpenAi($"in a burst {i}"));

        Assert.Equal(("10", "0", "10s"), OpenAiHeaders(answer!));
        var refused = await server.EmbedAsync(OpenAi("one too many"));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(("10", "0", "10s"), OpenAiHeaders(refused));
        Assert.Equal("1", refused.Header("Retry-After"));
        Assert.Null(refused.Header("x-should-retry"));
        var error = refused.Json.GetProperty("error");
        Assert.Equal(("requests", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(OpenAi("a second later"))).Status);
    }

    [Fact]
    public async Task A_month_that_is_used_up_is_OpenAIs_quota_and_asks_for_no_retry()
    {
        await using var server = await UsedUpAsync();
        var refused = await server.EmbedAsync(OpenAi("fourth"));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("insufficient_quota", refused.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("false", refused.Header("x-should-retry"));
        Assert.Equal((31 * 86_400).ToString(), refused.Header("Retry-After"));
    }

    [Fact]
    public async Task FastEmbeds_headers_are_on_answers_and_on_refusals()
    {
        await using var server = await TestServer.StartAsync(ThreeAMonth, time: _time);
        var answer = await server.EmbedAsync("""{"text":"fast headers"}""", "/v1/embed");
        Assert.Equal(("3", "2", "2026-02-01T00:00:00Z"), FastEmbedHeaders(answer));

        await server.EmbedAsync("""{"text":"fast headers 2"}""", "/v1/embed");
        await server.EmbedAsync("""{"text":"fast headers 3"}""", "/v1/embed");
        var refused = await server.EmbedAsync("""{"text":"fast headers 4"}""", "/v1/embed");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal(("3", "0", "2026-02-01T00:00:00Z"), FastEmbedHeaders(refused));
        Assert.Equal((31 * 86_400).ToString(), refused.Header("Retry-After"));
        Assert.Equal("""{"error":"rate_limit_exceeded","message":"Monthly quota exhausted","reset_at":"2026-02-01T00:00:00Z"}""", System.Text.Encoding.UTF8.GetString(refused.Bytes));
    }

    /// <summary>Its clients would wait as long as they are told; the text says until when, and that is tomorrow (defect 4).</summary>
    [Fact]
    public async Task EmbedCaches_refusal_names_the_next_midnight()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Plan = "embedcache-paid", PlanLimits = new PresetLimits { EmbedCachePaid = 3 } }, time: _time);
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"texts":["of a day 1","of a day 2"],"public":false}""", "/v1/embed/batch")).Status);

        // All or nothing: one of the two would fit.
        var refused = await server.EmbedAsync("""{"texts":["of a day 3","of a day 4"],"public":false}""", "/v1/embed/batch");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("Rate limit exceeded. Limit: 3/day. Resets at: 2026-01-02 00:00 UTC", refused.Json.GetProperty("error").GetString());
        Assert.Equal("3600", refused.Header("Retry-After"));
        Assert.Equal("\"items-day\";q=3;w=86400;qu=\"items\"", refused.Header("RateLimit-Policy"));
        Assert.Equal("\"items-day\";r=1;t=3600", refused.Header("RateLimit"));

        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"text":"of a day 3","public":false}""", "/v1/embed")).Status);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync("""{"texts":["of a day 4","of a day 5"],"public":false}""", "/v1/embed/batch")).Status);
    }

    [Fact]
    public async Task What_is_at_hand_is_answered_when_the_quota_is_used_up()
    {
        await using var server = await UsedUpAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(OpenAi("used up 1"))).Status);
    }

    [Fact]
    public async Task A_new_month_is_a_new_quota()
    {
        await using var server = await UsedUpAsync();
        _time.Advance(TimeSpan.FromDays(31));
        Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(OpenAi("in february"))).Status);
    }

    [Fact]
    public async Task A_fault_of_the_server_costs_the_caller_nothing()
    {
        var model = new WordEmbedder();
        await using var server = await TestServer.StartAsync(ThreeAMonth, model, time: _time);
        model.OnEmbed = _ => throw new InvalidOperationException("broken");
        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.InternalServerError, (await server.EmbedAsync(OpenAi($"broken {i}"))).Status);

        model.OnEmbed = _ => { };
        Assert.Equal("2", (await server.EmbedAsync(OpenAi("well again"))).Header("x-ratelimit-remaining-requests"));
    }

    [Fact]
    public async Task A_request_that_is_wrong_costs_the_caller_nothing()
    {
        await using var server = await TestServer.StartAsync(ThreeAMonth, time: _time);
        var tooLong = string.Join(' ', Enumerable.Range(0, 200).Select(i => $"w{i}"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await server.EmbedAsync(OpenAi(tooLong))).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await server.EmbedAsync("""{"model":"none","input":"x"}""")).Status);
        }

        Assert.Equal("2", (await server.EmbedAsync(OpenAi("right"))).Header("x-ratelimit-remaining-requests"));
    }

    [Fact]
    public async Task Requests_at_once_get_exactly_the_limit()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { Plan = "fastembed-pro", PlanLimits = new PresetLimits { FastEmbedPro = 40 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => server.EmbedAsync(OpenAi($"at once {i}"))));
        Assert.Equal(40, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(80, answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests));
    }

    [Theory]
    [InlineData(0.2, "1ms")]
    [InlineData(999, "999ms")]
    [InlineData(1000, "1s")]
    [InlineData(1500, "1.5s")]
    [InlineData(360_000, "6m0s")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(2_678_400_000, "744h0m0s")]
    [InlineData(3_661_250, "1h1m1.25s")]
    public void Durations_are_written_as_Go_writes_them(double milliseconds, string expected) =>
        Assert.Equal(expected, OpenAiErrorRenderer.Duration(TimeSpan.FromMilliseconds(milliseconds)));

    private async Task<TestServer> UsedUpAsync()
    {
        var server = await TestServer.StartAsync(ThreeAMonth, time: _time);
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, (await server.EmbedAsync(OpenAi($"used up {i}"))).Status);
        return server;
    }

    private static string OpenAi(string text) => $$"""{"model":"fake","input":{{JsonSerializer.Serialize(text)}}}""";

    private static (string? Limit, string? Remaining, string? Reset) OpenAiHeaders(Answer answer) =>
        (answer.Header("x-ratelimit-limit-requests"), answer.Header("x-ratelimit-remaining-requests"), answer.Header("x-ratelimit-reset-requests"));

    private static (string? Limit, string? Remaining, string? Reset) FastEmbedHeaders(Answer answer) =>
        (answer.Header("X-RateLimit-Limit"), answer.Header("X-RateLimit-Remaining"), answer.Header("X-RateLimit-Reset"));
}
