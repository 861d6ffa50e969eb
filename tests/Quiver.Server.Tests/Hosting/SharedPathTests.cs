using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>POST /v1/embed is FastEmbed's and EmbedCache's: wire formats differ in errors and members.</summary>
public sealed class SharedPathTests
{
    private const string Vec = "vec_0123456789abcdef0123456789abcdef";

    private const string Fe = "fe_0123456789abcdef0123456789abcdef";

    /// <summary>Key prefix, then members, then profile, then what is likely, then FastEmbed.</summary>
    [Theory]
    [InlineData(Vec, """{"text":"x","normalize":true}""", "fastembed", "embed-cache")]
    [InlineData(Fe, """{"text":"x","public":true}""", "embed-cache", "fastembed")]
    [InlineData(null, """{"text":"x","public":false}""", "fastembed", "embed-cache")]
    [InlineData(null, """{"text":"x","normalize":true}""", "embed-cache", "fastembed")]
    [InlineData(null, """{"text":"x"}""", "embed-cache", "embed-cache")]
    [InlineData(null, """{"text":"x","model":"fake"}""", "fastembed", "fastembed")]
    [InlineData(null, """{"text":"x","model":"fake"}""", null, "embed-cache")]
    [InlineData(null, """{"x":{"public":true},"text":"public"}""", null, "fastembed")]
    [InlineData(null, """{"text":"x"}""", null, "fastembed")]
    public async Task A_request_is_of_the_service_that_its_key_its_members_or_the_profile_tell(string? key, string body, string? profile, string expected)
    {
        await using var server = await TestServer.StartAsync(Options(profile));
        var answer = await SendAsync(server, key, body);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(expected == "embed-cache", answer.Json.TryGetProperty("vector", out _));
    }

    [Theory]
    [InlineData(null, null, "message")]
    [InlineData(null, "embed-cache", "detail")]
    [InlineData(Vec, null, "detail")]
    [InlineData(Fe, "embed-cache", "message")]
    public async Task Its_errors_are_in_the_words_of_that_service(string? key, string? profile, string member)
    {
        await using var server = await TestServer.StartAsync(Options(profile));
        Assert.True((await SendAsync(server, key, """{"text":5}""")).Json.TryGetProperty(member, out _));
        Assert.True((await SendAsync(server, key, "{")).Json.TryGetProperty(member, out _));

        await using var keyed = await TestServer.StartAsync(Options(profile) with { ApiKey = "0123456789abcdef-key" });
        var refused = await SendAsync(keyed, key, """{"text":"x"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.True(refused.Json.TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("Authorization", "vec_x")]
    [InlineData("Authorization", "bearer vec_x")]
    [InlineData("X-API-Key", "vec_x")]
    public async Task A_key_tells_however_it_is_carried(string header, string value)
    {
        await using var server = await TestServer.StartAsync();
        var request = Request("""{"text":"x"}""");
        request.Headers.TryAddWithoutValidation(header, value);
        Assert.True((await server.SendAsync(request)).Json.TryGetProperty("vector", out _));
    }

    private static ServeOptions Options(string? profile) => new() { Compat = profile is null ? new HashSet<string>() : new HashSet<string> { profile } };

    private static Task<Answer> SendAsync(TestServer server, string? key, string body)
    {
        var request = Request(body);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return server.SendAsync(request);
    }

    private static HttpRequestMessage Request(string body) =>
        new(HttpMethod.Post, "/v1/embed") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
}
