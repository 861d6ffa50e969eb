using System.Net;
using Microsoft.AspNetCore.Http;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Telemetry;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Telemetry;

/// <summary>Who may read /metrics, and where.</summary>
public sealed class MetricsAccessTests
{
    private const string Key = "0123456789abcdef-key";

    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("X-Forwarded-For", HttpStatusCode.Unauthorized)]
    [InlineData("Forwarded", HttpStatusCode.Unauthorized)]
    [InlineData("X-Real-IP", HttpStatusCode.Unauthorized)]
    [InlineData("Via", HttpStatusCode.Unauthorized)]
    public async Task A_caller_on_this_machine_needs_no_key_but_one_behind_a_proxy_does(string? header, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Get, MetricsRoutes.Path);
        if (header is not null)
            request.Headers.TryAddWithoutValidation(header, "127.0.0.1");
        Assert.Equal(expected, (await server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Behind_a_proxy_the_key_opens_it()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var request = new HttpRequestMessage(HttpMethod.Get, MetricsRoutes.Path);
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("Authorization", $"Bearer {Key}");
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Public_metrics_need_no_key()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, MetricsPublic = true });
        var request = new HttpRequestMessage(HttpMethod.Get, MetricsRoutes.Path);
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData(null, false)]
    public void This_machine_is_its_loopback_addresses(string? address, bool expected)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);
        Assert.Equal(expected, new OpenToThisMachine([]).IsCalledFromHere(context));
    }

    [Fact]
    public async Task On_a_port_of_their_own_there_is_nothing_else_and_they_are_nowhere_else()
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key, MetricsPort = 0 });
        using var metrics = Loopback.Client(server.MetricsAddress);
        Assert.NotEqual(server.Address, server.MetricsAddress);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(metrics, MetricsRoutes.Path));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(metrics, MetricsRoutes.Path, ("X-Forwarded-For", "192.0.2.1")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(metrics, "/v1/models", ("Authorization", $"Bearer {Key}")));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(server.Client, MetricsRoutes.Path, ("Authorization", $"Bearer {Key}")));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(server.Client, MetricsRoutes.Path));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(server.Client, "/v1/models", ("Authorization", $"Bearer {Key}")));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return (await Answer.OfAsync(client, request)).Status;
    }
}
