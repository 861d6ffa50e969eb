using System.Net;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class SecureTransportTests
{
    private static readonly ServeOptions Options = new() { ApiKey = "0123456789abcdef-key", RequireHttps = true };

    [Fact]
    public async Task What_needs_a_key_is_refused_over_plain_HTTP_before_the_key_is_looked_at()
    {
        await using var server = await TestServer.StartAsync(Options);
        var answer = await server.GetAsync("/v1/models");

        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.Status);
        Assert.Contains("TLS/1.2", answer.Header("Upgrade"), StringComparison.Ordinal);
        Assert.Contains("HTTPS required", System.Text.Encoding.UTF8.GetString(answer.Bytes), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UpgradeRequired, (await server.GetAsync("/nothing/here")).Status);
    }

    [Fact]
    public async Task Health_is_told_either_way()
    {
        await using var server = await TestServer.StartAsync(Options);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/health/ready")).Status);
    }

    [Fact]
    public async Task A_listed_proxy_that_ends_TLS_is_believed()
    {
        await using var server = await TestServer.StartAsync(Options with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")] });
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-API-Key", Options.ApiKey);

        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
    }
}
