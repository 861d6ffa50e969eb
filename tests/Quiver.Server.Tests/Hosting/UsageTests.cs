using System.Net;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>GET /v1/usage and GET /v1/stats, after requests of several dialects.</summary>
public sealed class UsageTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Hits_misses_and_tokens_are_counted_as_they_were_answered()
    {
        await using var server = await ServerAfterRequestsAsync();
        var usage = (await server.GetAsync("/v1/usage")).Json;

        Assert.Equal(("2025-12-03", "2026-01-01", ""), (Text(usage, "from"), Text(usage, "to"), Text(usage, "tenant")));
        var total = usage.GetProperty("total");
        Assert.Equal(4, total.GetProperty("requests").GetInt64());
        Assert.Equal(4, total.GetProperty("misses").GetInt64());
        Assert.Equal(4, total.GetProperty("hits").GetProperty("memory").GetInt64());
        Assert.Equal((2 * 4) + 4 + 5, total.GetProperty("miss_tokens").GetInt64());
        Assert.Equal((3 * 4) + 4, total.GetProperty("hit_tokens").GetInt64());
        var row = Assert.Single(usage.GetProperty("days").EnumerateArray());
        Assert.Equal(("2026-01-01", "fake", ""), (Text(row, "day"), Text(row, "model"), Text(row, "key")));
    }

    [Fact]
    public async Task Savings_follow_from_the_hits_and_the_price()
    {
        await using var server = await ServerAfterRequestsAsync();
        var savings = (await server.GetAsync("/v1/usage?price_per_million=2.5")).Json.GetProperty("savings");

        Assert.Equal(4, savings.GetProperty("hits").GetInt64());
        Assert.Equal(0.5, savings.GetProperty("hit_rate").GetDouble());
        Assert.Equal(16, savings.GetProperty("tokens").GetInt64());
        Assert.Equal(0.00004m, savings.GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task Stats_tell_of_today_alone()
    {
        await using var server = await ServerAfterRequestsAsync();
        Assert.Equal("""{"cache_hits":4,"cache_misses":4,"total_cached":3}""", System.Text.Encoding.UTF8.GetString((await server.GetAsync("/v1/stats")).Bytes));

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("""{"cache_hits":0,"cache_misses":0,"total_cached":3}""", System.Text.Encoding.UTF8.GetString((await server.GetAsync("/v1/stats")).Bytes));
    }

    [Fact]
    public async Task A_range_leaves_out_other_days()
    {
        await using var server = await ServerAfterRequestsAsync();
        _time.Advance(TimeSpan.FromDays(2));
        await server.EmbedAsync("""{"model":"fake","input":"two days later"}""");

        Assert.Equal(2, Rows((await server.GetAsync("/v1/usage?from=2026-01-01")).Json));
        Assert.Equal(1, Rows((await server.GetAsync("/v1/usage?from=2026-01-02")).Json));
        Assert.Equal(1, Rows((await server.GetAsync("/v1/usage?from=2026-01-01&to=2026-01-02")).Json));
        Assert.Equal(0, Rows((await server.GetAsync("/v1/usage?model=other")).Json));
        Assert.Equal(0, Rows((await server.GetAsync("/v1/usage?key=other")).Json));
    }

    [Theory]
    [InlineData("format=csv", null)]
    [InlineData("", "text/csv")]
    public async Task Csv_has_a_row_for_each_day_model_and_key(string query, string? accept)
    {
        await using var server = await ServerAfterRequestsAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/usage?{query}");
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        var answer = await server.SendAsync(request);

        Assert.Equal("text/csv; charset=utf-8", answer.Header("Content-Type"));
        var lines = System.Text.Encoding.UTF8.GetString(answer.Bytes).Split("\r\n");
        Assert.Equal("day,tenant,model,key,requests,memory_hits,redis_hits,database_hits,misses,hit_tokens,miss_tokens,compute_ms", lines[0]);
        Assert.StartsWith("2026-01-01,,fake,,4,4,0,0,4,16,17,", lines[1], StringComparison.Ordinal);
        Assert.Equal(["", ""], [lines[2], .. lines[3..], ""]);
    }

    [Theory]
    [InlineData("from=yesterday", "from")]
    [InlineData("to=2026-13-01", "to")]
    [InlineData("from=2026-01-02&to=2026-01-01", "from")]
    [InlineData("from=2024-01-01&to=2026-01-01", "from")]
    [InlineData("key=a%00b", "key")]
    [InlineData("model=a%0Ab", "model")]
    [InlineData("tenant=%00", "tenant")]
    [InlineData("price_per_million=-1", "price_per_million")]
    [InlineData("price_per_million=free", "price_per_million")]
    public async Task A_parameter_that_cannot_be_is_named(string query, string parameter)
    {
        await using var server = await TestServer.StartAsync(time: _time);
        var answer = await server.GetAsync($"/v1/usage?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(parameter, answer.Error().Param);
    }

    [Fact]
    public async Task A_request_that_failed_is_not_in_the_usage()
    {
        var model = new WordEmbedder { OnEmbed = _ => throw new InvalidOperationException("broken") };
        await using var server = await TestServer.StartAsync(model: model, time: _time);
        await server.EmbedAsync("""{"model":"fake","input":"broken for usage"}""");
        Assert.Equal(0, Rows((await server.GetAsync("/v1/usage")).Json));
    }

    /// <summary>Four requests: 2 misses and a duplicate; the same 2 as hits; 1 more miss; and token vectors, which are never cached.</summary>
    private async Task<TestServer> ServerAfterRequestsAsync()
    {
        var server = await TestServer.StartAsync(time: _time);
        await server.EmbedAsync("""{"model":"fake","input":["first text","second text","first text"]}""");
        await server.EmbedAsync("""{"inputs":["first text","second text"]}""", "/embed");
        await server.EmbedAsync("""{"model":"fake","input":["third text","third text"]}""");
        await server.EmbedAsync("""{"inputs":"of token vectors"}""", "/embed_all");
        return server;
    }

    private static int Rows(System.Text.Json.JsonElement usage) => usage.GetProperty("days").GetArrayLength();

    private static string? Text(System.Text.Json.JsonElement json, string name) => json.GetProperty(name).GetString();
}
