using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

/// <summary>Who a caller is taken for: every connection here comes from 127.0.0.1.</summary>
public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("", "X-Forwarded-For: 203.0.113.9")]
    [InlineData("10.0.0.0/8", "X-Forwarded-For: 203.0.113.9")]
    [InlineData("127.0.0.2", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example")]
    [InlineData("127.0.0.1", "Forwarded: for=203.0.113.9;proto=https;host=evil.example")]
    public async Task Headers_of_anyone_else_say_nothing(string trusted, string headers) =>
        Assert.Equal("127.0.0.1 http localhost", await SeenAsync(trusted, headers));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    [InlineData("10.0.0.0/8,127.0.0.0/8")]
    public async Task A_trusted_proxy_tells_the_address_the_scheme_and_the_host(string trusted) => Assert.Equal(
        "203.0.113.9 https app.example",
        await SeenAsync(trusted, "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: app.example"));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1, 198.51.100.7, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1", "not-an-address, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1,10.0.0.0/8", "203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("127.0.0.1,10.0.0.0/8", "10.9.9.9, 203.0.113.9, 10.1.2.3", "203.0.113.9")]
    [InlineData("127.0.0.1", "2001:db8::7", "2001:db8::7")]
    public async Task What_stands_before_the_last_untrusted_address_is_the_callers_own_story(string trusted, string forwarded, string caller) =>
        Assert.Equal($"{caller} http localhost", await SeenAsync(trusted, $"X-Forwarded-For: {forwarded}"));

    /// <summary>As nginx passes a request on by default, with the host that it was configured with; and as a page asks whose name was rebound.</summary>
    [Theory]
    [InlineData("", "X-Forwarded-For: 203.0.113.9")]
    [InlineData("", "x-forwarded-proto: http")]
    [InlineData("", "X-Forwarded-Port: 443")]
    [InlineData("", "X-Real-IP: 203.0.113.9")]
    [InlineData("", "Via: 1.1 proxy")]
    [InlineData("", "Forwarded: for=203.0.113.9")]
    [InlineData("10.0.0.0/8", "X-Forwarded-For: 203.0.113.9")]
    [InlineData("127.0.0.1", "X-Forwarded-For: 127.0.0.1")]
    [InlineData("127.0.0.1", "X-Forwarded-Host: localhost")]
    [InlineData("127.0.0.1", "Accept: */*")]
    [InlineData("127.0.0.0/8", "Accept: */*")]
    public async Task No_proxy_brings_the_outside_into_open_mode(string trusted, string header)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { TrustedProxies = Networks(trusted) });
        var answer = await RawConnection.ExchangeAsync(server.Address, $"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Contains("QUIVER_API_KEY", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Proxies_are_not_trusted_without_a_key()
    {
        var options = new ServeOptions { TrustedProxies = Networks("127.0.0.1") };
        Assert.Contains("QUIVER_API_KEY", options.Refusal(), StringComparison.Ordinal);
        Assert.Null((options with { ApiKey = "0123456789abcdef-key" }).Refusal());
    }

    [Theory]
    [InlineData("", "Accept: */*", 200)]
    [InlineData("10.0.0.0/8", "Accept: */*", 200)]
    [InlineData("127.0.0.1", "Accept: */*", 401)]
    [InlineData("127.0.0.1", "X-Forwarded-For: 127.0.0.1", 401)]
    [InlineData("127.0.0.1", "X-Forwarded-Host: localhost", 401)]
    [InlineData("", "X-Forwarded-Server: front", 401)]
    [InlineData("", "X-Original-For: 203.0.113.9", 401)]
    public async Task What_a_proxy_passes_on_reads_no_metrics_without_the_key(string trusted, string header, int status)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = "0123456789abcdef-key", TrustedProxies = Networks(trusted) });
        var answer = await RawConnection.ExchangeAsync(server.Address, $"GET /metrics HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
    }

    /// <summary>Address, scheme and host of a request as everything behind <see cref="TrustedProxies"/> sees them.</summary>
    private static async Task<string> SeenAsync(string trusted, string headers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        await using var app = builder.Build();
        TrustedProxies.Use(app, new ServeOptions { TrustedProxies = Networks(trusted) });
        app.Run(context => context.Response.WriteAsync($"{context.Connection.RemoteIpAddress} {context.Request.Scheme} {context.Request.Host}"));
        await app.StartAsync(TestContext.Current.CancellationToken);

        var answer = await RawConnection.ExchangeAsync(
            new Uri(QuiverHost.AddressOf(app)), $"GET / HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n\r\n");
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }

    private static IReadOnlyList<System.Net.IPNetwork> Networks(string text) =>
        Assert.IsType<ServeOptions>(Settings.Find("server.trusted_proxies")!.Apply(new ServeOptions(), text.Split(',', StringSplitOptions.RemoveEmptyEntries))).TrustedProxies;
}
