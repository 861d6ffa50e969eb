using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Auth;

public sealed class OpenModeTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:8000")]
    [InlineData("LocalHost:1")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65535")]
    [InlineData("[::1]")]
    [InlineData("[::1]:8000")]
    public async Task A_host_that_names_this_machine_is_served(string host) => Assert.Equal(200, await StatusAsync(host));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8000")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("evil-localhost")]
    [InlineData("localhost.")]
    [InlineData("0.0.0.0")]
    [InlineData("127.0.0.2")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("[::2]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("192.168.0.7:8000")]
    public async Task Any_other_host_is_refused(string host) => Assert.Equal(403, await StatusAsync(host));

    [Theory]
    [InlineData("http://localhost")]
    [InlineData("http://localhost:3000")]
    [InlineData("https://localhost:3000")]
    [InlineData("http://127.0.0.1:5173")]
    [InlineData("http://[::1]:5173")]
    public async Task A_page_of_this_machine_is_served(string origin) => Assert.Equal(200, await StatusAsync("localhost", $"Origin: {origin}\r\n"));

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("https://localhost.evil.example")]
    [InlineData("http://localhost@evil.example")]
    [InlineData("http://evil.example#localhost")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("file://localhost")]
    [InlineData("chrome-extension://localhost")]
    [InlineData("http://0.0.0.0:8000")]
    [InlineData("http://localhost\r\nOrigin: http://evil.example")]
    public async Task A_page_of_any_other_site_is_refused(string origin) => Assert.Equal(403, await StatusAsync("localhost", $"Origin: {origin}\r\n"));

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/health/live")]
    [InlineData("/nothing/here")]
    public async Task The_guard_stands_before_every_path(string path)
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawConnection.ExchangeAsync(server.Address, $"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", answer, StringComparison.Ordinal);
        Assert.Contains("""{"error":{"message":""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absolute_target_does_not_get_round_the_host()
    {
        await using var server = await TestServer.StartAsync();
        var foreign = await RawConnection.ExchangeAsync(server.Address, "GET http://evil.example/v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 4", foreign, StringComparison.Ordinal);
    }

    private static async Task<int> StatusAsync(string host, string headers = "")
    {
        await using var server = await TestServer.StartAsync();
        var answer = await RawConnection.ExchangeAsync(server.Address, $"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
        return int.Parse(answer.Split(' ')[1], null);
    }
}
