using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class ApiKeyTests
{
    private const string Key = "0123456789abcdef-key";

    [Theory]
    [InlineData("Authorization", "Bearer " + Key)]
    [InlineData("Authorization", "bearer " + Key)]
    [InlineData("authorization", "Bearer   " + Key)]
    [InlineData("Authorization", Key)]
    [InlineData("X-API-Key", Key)]
    [InlineData("x-api-key", Key)]
    public async Task The_key_opens_in_every_form_that_clients_send(string header, string value) =>
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/v1/models", header, value)).Status);

    [Theory]
    [InlineData(null, null)]
    [InlineData("Authorization", "Bearer wrong")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Bearer " + Key + "x")]
    [InlineData("Authorization", "Bearer 0123456789abcdef-KEY")]
    [InlineData("Authorization", "Bearer 0123456789abcdef-ke")]
    [InlineData("Authorization", "Basic " + Key)]
    [InlineData("X-API-Key", "wrong")]
    [InlineData("Cookie", Key)]
    public async Task Anything_else_is_a_401(string? header, string? value)
    {
        var answer = await GetAsync("/v1/models", header, value);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
        var error = answer.Error();
        Assert.Equal(("invalid_request_error", null, "invalid_api_key"), (error.Type, error.Param, error.Code));
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
        Assert.DoesNotContain(value ?? Key, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic dXNlcjpwYXNz", Key, HttpStatusCode.OK)]
    [InlineData("Basic dXNlcjpwYXNz", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Key, "wrong", HttpStatusCode.OK)]
    public async Task The_header_of_a_proxy_in_front_does_not_hide_the_key(string authorization, string plain, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.Add("X-API-Key", plain);
        Assert.Equal(expected, (await server.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("/v1/embeddings")]
    [InlineData("/v1/models/fake")]
    [InlineData("/nothing/here")]
    [InlineData("/health/live/")]
    [InlineData("/HEALTH/other")]
    public async Task Without_the_key_paths_tell_nothing_of_themselves(string path)
    {
        var status = (await GetAsync(path, null, null)).Status;
        Assert.Equal(path == "/health/live/" ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, status);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_needs_no_key(string path) => Assert.Equal(HttpStatusCode.OK, (await GetAsync(path, null, null)).Status);

    [Fact]
    public async Task With_a_key_the_host_may_be_any()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var answer = await RawConnection.ExchangeAsync(
            server.Address, $"GET /v1/models HTTP/1.1\r\nHost: embeddings.example\r\nAuthorization: Bearer {Key}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    private static async Task<Answer> GetAsync(string path, string? header, string? value)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        return await server.SendAsync(request);
    }
}
