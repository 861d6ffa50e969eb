using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Quiver.Providers;

namespace Quiver.Tests.Support;

/// <summary>A provider on this machine that speaks TLS for any of the names it is asked by, records what it is sent, and answers as a test says.</summary>
/// <remarks>It is reached through <see cref="Network"/> alone: names resolve to a public address, and connections to that come here.</remarks>
internal sealed class StandInProvider : IAsyncDisposable
{
    private static readonly IPAddress PublicAddress = IPAddress.Parse("93.184.216.34");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly X509Certificate2 _certificate = Certificate();
    private readonly ConcurrentQueue<StandInCall> _calls = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _accepting;
    private int _connections;

    public StandInProvider()
    {
        _listener.Start();
        _accepting = AcceptAsync();
        Network = new ProviderNetwork(
            (host, _) => Task.FromResult(Resolve(host)),
            async (_, _, cancellationToken) =>
            {
                var client = new TcpClient();
                await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, cancellationToken);
                return client.GetStream();
            },
            Trust(_certificate));
    }

    public ProviderNetwork Network { get; }

    /// <summary>What a name leads to, instead of a public address.</summary>
    public Func<string, IPAddress[]> Resolve { get; set; } = _ => [PublicAddress];

    /// <summary>What it answers; null is never.</summary>
    public Func<StandInCall, StandInAnswer?> Answer { get; set; } = _ => StandInAnswer.Json("""{"data":[{"embedding":[0.5,-0.25,1.0,0.0]}]}""");

    public IReadOnlyList<StandInCall> Calls => [.. _calls];

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Until one more call has come.</summary>
    public Task WaitForCallAsync() => _arrived.WaitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _accepting;
        _listener.Stop();
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(client));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var _ = client;
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _closed.Token);
            while (await ReadAsync(stream) is { } call)
            {
                _calls.Enqueue(call);
                _arrived.Release();
                if (Answer(call) is not { } answer)
                    await Task.Delay(Timeout.Infinite, _closed.Token);
                else if (!await answer.WriteAsync(stream, _closed.Token))
                    return;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
        {
            // The other side left, or the test is over.
        }
    }

    private async Task<StandInCall?> ReadAsync(SslStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _closed.Token) == 0)
                return null;
            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, provider: null) : 0];
        await stream.ReadExactlyAsync(body, _closed.Token);
        return new StandInCall(lines[0], headers, System.Text.Encoding.UTF8.GetString(body));
    }

    private static X509ChainPolicy Trust(X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(certificate.RawData));
        return policy;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stand-in provider", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in EndpointRule.BuiltIn)
            names.AddDnsName(host.Name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}

/// <summary>What a stand-in was sent.</summary>
internal sealed record StandInCall(string RequestLine, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What a stand-in sends back, byte for byte.</summary>
/// <param name="Head">Status line and headers.</param>
/// <param name="Endless">Whether the body is sent again and again, until the other side leaves.</param>
internal sealed record StandInAnswer(string Head, string Body, bool Endless = false)
{
    public static StandInAnswer Json(string body) => Of("200 OK", body, "Content-Type: application/json");

    public static StandInAnswer Of(string status, string body = "", params string[] headers) =>
        new(string.Join("\r\n", [$"HTTP/1.1 {status}", .. headers, $"Content-Length: {System.Text.Encoding.UTF8.GetByteCount(body)}"]), body);

    /// <returns>Whether the connection stays open.</returns>
    public async Task<bool> WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Head + "\r\n\r\n" + Body), cancellationToken);
        while (Endless)
            await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Body), cancellationToken);
        return !Head.Contains("Connection: close", StringComparison.Ordinal);
    }
}
