using System.Net;
using System.Net.Sockets;
using Quiver.Diagnostics;
using Quiver.Providers;
using Quiver.Tests.Support;

namespace Quiver.Tests.Providers;

/// <summary>Real sockets, so that a hole in the guard would be a connection; only what names resolve to is the tests' word.</summary>
public sealed class GuardedHandlerTests
{
    private const string Host = "trap.example.com";

    [Fact]
    public async Task No_address_that_is_not_public_is_connected_to()
    {
        using var trap = new LoopbackTrap();
        IPAddress[] resolved = [];
        using var client = Client(trap.Port, _ => resolved);
        var definition = Definition(trap.Port);
        var judged = 0;
        foreach (var each in TestData.Cases("addresses/cases.jsonl").Where(each => !each.GetProperty("public").GetBoolean()))
        {
            resolved = [IPAddress.Parse(each.GetProperty("address").GetString()!)];
            await AssertUnsafeAsync(client, definition);
            judged++;
        }

        // Every loopback address that the trap sits on, and one unsafe address behind a public one.
        foreach (var address in LoopbackTrap.Addresses)
        {
            resolved = [address];
            await AssertUnsafeAsync(client, definition);
            resolved = [IPAddress.Parse("93.184.216.34"), address];
            await AssertUnsafeAsync(client, definition);
        }

        Assert.True(judged >= 800);
        Assert.Equal(0, trap.Connections);
    }

    [Fact]
    public async Task The_trap_would_have_noticed()
    {
        using var trap = new LoopbackTrap();
        foreach (var address in LoopbackTrap.Addresses)
        {
            using var socket = new TcpClient(address.AddressFamily);
            await socket.ConnectAsync(address, trap.Port, TestContext.Current.CancellationToken);
        }

        await trap.WaitAsync(LoopbackTrap.Addresses.Count);
    }

    [Fact]
    public async Task An_address_in_place_of_a_name_is_judged_too()
    {
        using var trap = new LoopbackTrap();
        // The system's own resolver: it takes every spelling of an address.
        using var handler = new HttpMessageInvoker(GuardedHandler.Create(ProviderNetwork.System));
        foreach (var host in (string[])["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{host}:{trap.Port}/");
            var refused = await Assert.ThrowsAsync<HttpRequestException>(() => handler.SendAsync(request, TestContext.Current.CancellationToken));
            Assert.Equal(ProviderFault.Unsafe, Assert.IsType<ProviderFailure>(refused.InnerException).Fault);
        }

        Assert.Equal(0, trap.Connections);
    }

    [Fact]
    public async Task A_name_that_changes_its_mind_is_judged_at_each_connection()
    {
        await using var provider = new StandInProvider();
        provider.Answer = _ => StandInAnswer.Of("200 OK", """{"e":[1]}""", "Connection: close");
        using var client = new ProviderClient(provider.Network, new EndpointRule([]), TimeProvider.System);
        var definition = ProviderDefinition.Of(new EndpointRule([]), "n", "https://api.openai.com/", """{"input":"$TEXT"}""", "$.e", null);
        await client.EmbedAsync(definition, new ProviderKey("k"), ["a"], null, TestContext.Current.CancellationToken);

        provider.Resolve = _ => [IPAddress.Loopback];

        await AssertUnsafeAsync(client, definition);
        Assert.Equal(1, provider.Connections);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_the_key_goes_nowhere_else()
    {
        using var trap = new LoopbackTrap();
        await using var provider = new StandInProvider();
        provider.Answer = _ => StandInAnswer.Of("307 Temporary Redirect", "", $"Location: http://127.0.0.1:{trap.Port}/");
        using var client = new ProviderClient(provider.Network, new EndpointRule([]), TimeProvider.System);
        var definition = ProviderDefinition.Of(new EndpointRule([]), "n", "https://api.openai.com/", """{"input":"$TEXT"}""", "$.e", null);

        var failed = await Assert.ThrowsAsync<QuiverException>(() => client.EmbedAsync(definition, new ProviderKey("k"), ["a"], null, TestContext.Current.CancellationToken));

        Assert.Equal(ProviderFault.Redirected, Assert.IsType<ProviderFailure>(failed.InnerException).Fault);
        Assert.Single(provider.Calls);
        Assert.Equal(0, trap.Connections);
    }

    [Fact]
    public async Task A_proxy_of_the_process_is_not_used()
    {
        using var trap = new LoopbackTrap();
        var before = HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy(new Uri($"http://127.0.0.1:{trap.Port}"));
        try
        {
            await using var provider = new StandInProvider();
            using var client = new ProviderClient(provider.Network, new EndpointRule([]), TimeProvider.System);
            var definition = ProviderDefinition.Of(new EndpointRule([]), "n", "https://api.openai.com/", """{"input":"$TEXT"}""", "$.data[0].embedding", null);

            await client.EmbedAsync(definition, new ProviderKey("k"), ["a"], null, TestContext.Current.CancellationToken);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal(0, trap.Connections);
    }

    /// <summary>Settings that hold however the framework's defaults change.</summary>
    [Fact]
    public void Nothing_is_left_to_the_framework_s_defaults()
    {
        using var handler = GuardedHandler.Create(ProviderNetwork.System);

        Assert.False(handler.UseProxy);
        Assert.False(handler.AllowAutoRedirect);
        Assert.False(handler.UseCookies);
        Assert.Null(handler.ActivityHeadersPropagator);
        Assert.Equal(DecompressionMethods.None, handler.AutomaticDecompression);
        Assert.Equal(TimeSpan.FromSeconds(5), handler.ConnectTimeout);
        Assert.InRange(handler.PooledConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        Assert.InRange(handler.MaxConnectionsPerServer, 1, 64);
        Assert.InRange(handler.MaxResponseHeadersLength, 1, 64);
        Assert.Null(handler.SslOptions.RemoteCertificateValidationCallback);
    }

    private static ProviderClient Client(int port, Func<string, IPAddress[]> resolve) =>
        new(ProviderNetwork.System with { Resolve = (host, _) => Task.FromResult(resolve(host)) }, Rule(port), TimeProvider.System);

    private static EndpointRule Rule(int port) => new([new AllowedHost(Host, port)]);

    private static ProviderDefinition Definition(int port) =>
        ProviderDefinition.Of(Rule(port), "n", $"https://{Host}:{port}/", """{"input":"$TEXT"}""", "$.e", null);

    private static async Task AssertUnsafeAsync(ProviderClient client, ProviderDefinition definition)
    {
        var failed = await Assert.ThrowsAsync<QuiverException>(() => client.EmbedAsync(definition, new ProviderKey("k"), ["a"], null, TestContext.Current.CancellationToken));
        Assert.Equal(ProviderFault.Unsafe, Assert.IsType<ProviderFailure>(failed.InnerException).Fault);
        Assert.Equal(ProviderFailure.ForTenant().Message, failed.Message);
    }
}
