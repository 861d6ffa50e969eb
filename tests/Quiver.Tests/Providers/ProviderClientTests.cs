using System.Diagnostics;
using System.Globalization;
using Quiver.Diagnostics;
using Quiver.Providers;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

public sealed class ProviderClientTests : IAsyncDisposable
{
    private const string Canary = "upstream-canary-71";

    private readonly StandInProvider _provider = new();
    private readonly SkippingTime _time = new(ProviderClient.Deadline);
    private readonly ProviderKey _key = new("sk-canary-70");

    [Fact]
    public async Task A_call_is_what_the_template_says_and_carries_the_key()
    {
        var vectors = await EmbedAsync("""{"model":"m","input":"{{text}}"}""", "$.data[0].embedding", ["hello"]);

        Assert.Equal([0.5f, -0.25f, 1, 0], Assert.Single(vectors));
        var call = Assert.Single(_provider.Calls);
        Assert.Equal("POST /v1/embeddings HTTP/1.1", call.RequestLine);
        Assert.Equal("""{"model":"m","input":"hello"}""", call.Body);
        Assert.Equal("Bearer sk-canary-70", call.Headers["Authorization"]);
        Assert.Equal("application/json", call.Headers["Content-Type"]);
        Assert.Equal("api.openai.com", call.Headers["Host"]);
    }

    [Fact]
    public async Task Nothing_of_ours_or_of_an_earlier_call_goes_along()
    {
        _provider.Answer = _ => StandInAnswer.Of("200 OK", """{"data":[{"embedding":[1]}]}""", "Set-Cookie: session=1; Path=/");
        using var client = Client();
        using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        activity.AddBaggage("tenant", "usr_1");

        await EmbedAsync(client, Definition(), ["a"]);
        await EmbedAsync(client, Definition(), ["b"]);

        string[] sent = ["Host", "Authorization", "Accept", "User-Agent", "Content-Type", "Content-Length"];
        Assert.All(_provider.Calls, call => Assert.Empty(call.Headers.Keys.Except(sent, StringComparer.OrdinalIgnoreCase)));
        Assert.Equal(2, _provider.Calls.Count);
    }

    [Fact]
    public async Task A_provider_without_a_key_gets_none()
    {
        using var client = Client();

        await client.EmbedAsync(Definition(), new ProviderKey(""), ["a"], null, TestContext.Current.CancellationToken);

        Assert.DoesNotContain("Authorization", Assert.Single(_provider.Calls).Headers.Keys);
    }

    [Theory]
    [InlineData("sk\r\nX-Evil: 1")]
    [InlineData("sk\nX-Evil: 1")]
    [InlineData("sk with blanks")]
    [InlineData("schlüssel")]
    [InlineData("sk\0")]
    public void A_key_that_could_begin_another_header_is_refused(string key)
    {
        var refused = Assert.Throws<QuiverException>(() => new ProviderKey(key));

        Assert.Equal((ErrorKind.InvalidInput, "api_key"), (refused.Kind, refused.Parameter));
        Assert.DoesNotContain("Evil", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_does_not_print_itself() => Assert.Equal("***", $"{_key}");

    /// <summary>Defect 5: a failure of the provider was a 500, and the text of some reached the tenant.</summary>
    [Theory]
    [InlineData("301 Moved Permanently", "", 1)]
    [InlineData("302 Found", "", 1)]
    [InlineData("307 Temporary Redirect", "", 1)]
    [InlineData("400 Bad Request", Canary, 1)]
    [InlineData("401 Unauthorized", Canary, 1)]
    [InlineData("404 Not Found", Canary, 1)]
    [InlineData("429 Too Many Requests", Canary, 3)]
    [InlineData("500 Internal Server Error", Canary, 3)]
    [InlineData("503 Service Unavailable", Canary, 3)]
    [InlineData("200 OK", "<html>" + Canary + "</html>", 1)]
    [InlineData("200 OK", "", 1)]
    [InlineData("204 No Content", "", 1)]
    [InlineData("200 OK", """{"error":"upstream-canary-71"}""", 1)]
    public async Task Whatever_goes_wrong_the_tenant_reads_the_same_words(string status, string body, int attempts)
    {
        _provider.Answer = _ => StandInAnswer.Of(status, body, "Location: https://api.openai.com/elsewhere");

        var failed = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync("""{"input":"$TEXT"}""", "$.data[0].embedding", ["hello"]));

        Assert.Equal(ErrorKind.ProviderFailed, failed.Kind);
        Assert.Equal(ProviderFailure.ForTenant().Message, failed.Message);
        Assert.Equal(attempts, _provider.Calls.Count);
        Assert.DoesNotContain(Canary, failed.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-canary", failed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_end_is_not_read_to_its_end()
    {
        _provider.Answer = _ => new StandInAnswer("HTTP/1.1 200 OK\r\nConnection: close", new string(' ', 64 * 1024), Endless: true);

        await AssertFailsAsync(ProviderFault.TooLarge);
    }

    [Fact]
    public async Task An_answer_that_says_it_is_too_long_is_not_read_at_all()
    {
        _provider.Answer = _ => new StandInAnswer("HTTP/1.1 200 OK\r\nContent-Length: 99999999999", "");

        await AssertFailsAsync(ProviderFault.TooLarge);
    }

    [Fact]
    public async Task Headers_have_a_largest_size()
    {
        _provider.Answer = _ => new StandInAnswer("HTTP/1.1 200 OK\r\nX-Long: " + new string('x', 64 * 1024), "");

        await AssertFailsAsync(ProviderFault.Unreachable);
    }

    [Fact]
    public async Task A_certificate_of_another_name_ends_the_call()
    {
        Assert.True(AllowedHost.TryParse("other.example.com", out var other));
        var rule = new EndpointRule([other]);
        using var client = new ProviderClient(_provider.Network, rule, _time);

        await AssertFailsAsync(client, ProviderDefinition.Of(rule, "n", "https://other.example.com/", """{"input":"$TEXT"}""", "$.e", null), ProviderFault.Unreachable);
    }

    [Fact]
    public async Task A_host_that_is_not_listed_any_more_is_not_called()
    {
        Assert.True(AllowedHost.TryParse("other.example.com", out var other));
        var saved = ProviderDefinition.Of(new EndpointRule([other]), "n", "https://other.example.com/", """{"input":"$TEXT"}""", "$.e", null);
        using var client = Client();

        await AssertFailsAsync(client, saved, ProviderFault.Unsafe);
        Assert.Equal(0, _provider.Connections);
    }

    [Fact]
    public async Task A_busy_provider_is_asked_again_when_it_says()
    {
        _provider.Answer = call => _provider.Calls.Count == 1 ? StandInAnswer.Of("429 Too Many Requests", "", "Retry-After: 7") : StandInAnswer.Json("""{"data":[{"embedding":[1]}]}""");

        await EmbedAsync("""{"input":"$TEXT"}""", "$.data[0].embedding", ["hello"]);

        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Waits);
    }

    [Fact]
    public async Task A_date_to_come_back_at_counts_as_well()
    {
        var date = _time.GetUtcNow().AddSeconds(9).ToString("R", CultureInfo.InvariantCulture);
        _provider.Answer = call => _provider.Calls.Count == 1 ? StandInAnswer.Of("503 Service Unavailable", "", "Retry-After: " + date) : StandInAnswer.Json("""{"data":[{"embedding":[1]}]}""");

        await EmbedAsync("""{"input":"$TEXT"}""", "$.data[0].embedding", ["hello"]);

        Assert.Equal([TimeSpan.FromSeconds(9)], _time.Waits);
    }

    [Fact]
    public async Task A_provider_that_wants_to_be_asked_after_the_deadline_is_not_waited_for()
    {
        _provider.Answer = _ => StandInAnswer.Of("429 Too Many Requests", "", "Retry-After: 30");

        await AssertFailsAsync(ProviderFault.Busy);

        Assert.Single(_provider.Calls);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task Without_a_word_from_the_provider_waits_grow()
    {
        _provider.Answer = _ => StandInAnswer.Of("500 Internal Server Error");

        await AssertFailsAsync(ProviderFault.Failed);

        Assert.Equal(2, _time.Waits.Count);
        Assert.InRange(_time.Waits[0].TotalMilliseconds, 400, 600);
        Assert.InRange(_time.Waits[1].TotalMilliseconds, 800, 1200);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_has_30_seconds()
    {
        var time = new ManualTime();
        _provider.Answer = _ => null;
        using var client = new ProviderClient(_provider.Network, new EndpointRule([]), time);
        var call = EmbedAsync(client, Definition(), ["hello"]);
        await _provider.WaitForCallAsync();

        time.Advance(ProviderClient.Deadline - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(ErrorKind.ProviderFailed, (await Assert.ThrowsAsync<QuiverException>(() => call)).Kind);
    }

    [Fact]
    public async Task A_caller_who_leaves_is_not_told_that_the_provider_failed()
    {
        _provider.Answer = _ => null;
        using var client = Client();
        using var leave = new CancellationTokenSource();
        var call = client.EmbedAsync(Definition(), _key, ["hello"], null, leave.Token);
        await _provider.WaitForCallAsync();

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    private static ProviderDefinition Definition(string template = """{"input":"{{text}}"}""", string path = "$.data[0].embedding") =>
        ProviderDefinition.Of(new EndpointRule([]), "openai", "https://api.openai.com/v1/embeddings", template, path, null);

    private ProviderClient Client() => new(_provider.Network, new EndpointRule([]), _time);

    private async Task<float[][]> EmbedAsync(string template, string path, string[] texts)
    {
        using var client = Client();
        return await EmbedAsync(client, Definition(template, path), texts);
    }

    private Task<float[][]> EmbedAsync(ProviderClient client, ProviderDefinition definition, string[] texts) =>
        client.EmbedAsync(definition, _key, texts, null, TestContext.Current.CancellationToken);

    private async Task AssertFailsAsync(ProviderFault fault)
    {
        using var client = Client();
        await AssertFailsAsync(client, Definition(), fault);
    }

    private async Task AssertFailsAsync(ProviderClient client, ProviderDefinition definition, ProviderFault fault)
    {
        var failed = await Assert.ThrowsAsync<QuiverException>(() => EmbedAsync(client, definition, ["hello"]));
        Assert.Equal(fault, Assert.IsType<ProviderFailure>(failed.InnerException).Fault);
    }
}
