using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;
using Quiver.Server.Tests.Support;
using Quiver.Tests.Support;

namespace Quiver.Server.Tests.Hosting;

public sealed class TlsTests : IDisposable
{
    private const string Body = """{"model":"fake","input":"x"}""";

    private readonly TestCertificates _authority = new();
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_versions_of_HTTP_are_served_to_a_client_that_knows_only_the_root(string version)
    {
        await using var server = await StartAsync();
        using var client = Client(server);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
        {
            Content = new StringContent(Body, System.Text.Encoding.UTF8, "application/json"),
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await client.SendAsync(request, TestEnd);

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal((HttpStatusCode.OK, Version.Parse(version)), (answer.StatusCode, answer.Version));
    }

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("2.0", false)]
    public async Task While_draining_HTTP_1_connections_are_asked_to_close_and_HTTP_2_goes_on(string version, bool asksToClose)
    {
        await using var server = await StartAsync();
        server.Drain.Begin();
        using var client = Client(server);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Version = Version.Parse(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.SendAsync(request, TestEnd);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(asksToClose, answer.Headers.ConnectionClose ?? false);
        Assert.DoesNotContain("Warning", server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Both_versions_of_TLS_in_use_are_spoken(SslProtocols version)
    {
        await using var server = await StartAsync();
        var options = _authority.TrustingRoot();
        options.EnabledSslProtocols = version;
        Assert.Equal(version, (await HandshakeAsync(server, options)).Version);
    }

    [Fact]
    public async Task Plain_HTTP_is_not_answered()
    {
        await using var server = await StartAsync();
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.SendAsync("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal("", await ReadUntilClosedAsync(connection));
    }

    [Fact]
    public async Task A_renewed_certificate_is_taken_up_without_a_restart_once_both_files_are_there()
    {
        var time = new ManualTime();
        await using var server = await StartAsync(time);
        Assert.Equal("01", await SerialAsync(server));

        var (chain, key) = _authority.Issue(2);
        _folder.Write("tls.pem", chain);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("01", await SerialAsync(server));
        Assert.Contains("the certificate in use stays", server.Log, StringComparison.Ordinal);

        _folder.Write("tls.key", key);
        Assert.Equal("01", await SerialAsync(server));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("02", await SerialAsync(server));
        Assert.Contains("The renewed certificate is in use.", server.Log, StringComparison.Ordinal);

        File.Delete(_folder.File("tls.pem"));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("02", await SerialAsync(server));
    }

    [Fact]
    public async Task A_renewal_cuts_no_connection()
    {
        var time = new ManualTime();
        await using var server = await StartAsync(time);
        using var client = Client(server);
        await client.GetStringAsync("/health/live", TestEnd);
        _authority.Write(_folder, 2);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("""{"status":"live"}""", await client.GetStringAsync("/health/live", TestEnd));
    }

    [Fact]
    public async Task A_certificate_that_is_over_is_served_with_a_warning()
    {
        _authority.Write(_folder, 1, end: new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var server = await TestServer.StartAsync(Options);
        Assert.Contains("Warning The certificate is valid from 2020-01-01 00:00:00Z to 2021-01-01 00:00:00Z, which is not now", server.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no certificate", "tls.pem holds no certificate in PEM")]
    [InlineData("no key", "tls.key holds no private key in PEM, or not the key of the certificate in ")]
    [InlineData("another key", "tls.key holds no private key in PEM, or not the key of the certificate in ")]
    [InlineData("encrypted key", "tls.key is encrypted. ")]
    public void Files_that_cannot_be_used_are_refused_with_the_reason(string what, string reason)
    {
        var (certificate, key) = _authority.Write(_folder, 1);
        File.WriteAllText(what == "no certificate" ? certificate : key, what switch
        {
            "another key" => _authority.Issue(2).Key,
            "encrypted key" => "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
            _ => "canary",
        });

        var refusal = Assert.Throws<CertificateException>(() => Load(certificate, key));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_program_refuses_one_file_without_the_other_and_files_that_are_not_there()
    {
        var (certificate, key) = _authority.Write(_folder, 1);
        var half = await QuiverRun.Async("serve", "--port", "0", "--tls-cert", certificate);
        Assert.Equal((1, "quiver: TLS takes a certificate and its key: give both --tls-cert and --tls-key.\n"), (half.ExitCode, half.Error));

        var missing = await QuiverRun.Async("serve", "--port", "0", "--tls-cert", _folder.File("none.pem"), "--tls-key", key);
        Assert.Equal(2, missing.ExitCode);
        Assert.Contains("none.pem", missing.Error, StringComparison.Ordinal);
        Assert.Single(missing.Error.TrimEnd().Split('\n'));

        var wrong = await QuiverRun.Async("serve", "--port", "0", "--tls-cert", key, "--tls-key", key);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Equal($"quiver: {key} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).\n", wrong.Error);
    }

    private ServeOptions Options => new() { TlsCertificate = _folder.File("tls.pem"), TlsKey = _folder.File("tls.key") };

    private Task<TestServer> StartAsync(TimeProvider? time = null)
    {
        _authority.Write(_folder, 1);
        return TestServer.StartAsync(Options, time: time);
    }

    private static void Load(string certificate, string key)
    {
        using var loaded = new ServerCertificate(certificate, key, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ServerCertificate>.Instance);
    }

    private static async Task<string> ReadUntilClosedAsync(RawConnection connection)
    {
        try
        {
            return await connection.ReadToEndAsync();
        }
        catch (IOException)
        {
            // Reset: closed with bytes unread.
            return "";
        }
    }

    private HttpClient Client(TestServer server)
    {
#pragma warning disable RS0030 // The factory that the rule asks for is the product's; a test owns its connections.
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = _authority.TrustingRoot() }) { BaseAddress = new UriBuilder(server.Address) { Host = "localhost" }.Uri };
#pragma warning restore RS0030
    }

    private async Task<string> SerialAsync(TestServer server) => (await HandshakeAsync(server, _authority.TrustingRoot())).Serial;

    private static async Task<(SslProtocols Version, string Serial)> HandshakeAsync(TestServer server, SslClientAuthenticationOptions options)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Address.Port, TestEnd);
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(options, TestEnd);
        using var certificate = new X509Certificate2(tls.RemoteCertificate!);
        return (tls.SslProtocol, certificate.SerialNumber);
    }
}
