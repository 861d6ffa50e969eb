using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Quiver.Server.Hosting;

/// <summary>The certificate of TLS. Its files are looked at now and then, and read again when they have changed: certificates are renewed without a restart.</summary>
/// <remarks>
/// Thread-safe. The files are compared by content: secret stores swap links, which notifications of the file system miss. What cannot be
/// used (one file renewed, the other not yet) leaves the certificate as it is.
/// </remarks>
internal sealed partial class ServerCertificate : IDisposable
{
    private static readonly TimeSpan TimeBetweenLooks = TimeSpan.FromSeconds(10);

    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private byte[] _lastSeen;
    private volatile SslServerAuthenticationOptions _handshake;

    /// <exception cref="CertificateException">The files hold no certificate with its key.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public ServerCertificate(string certificateFile, string keyFile, TimeProvider time, ILogger<ServerCertificate> logger)
    {
        (_certificateFile, _keyFile, _time, _logger) = (certificateFile, keyFile, time, logger);
        var files = CertificateFiles.Read(certificateFile, keyFile);
        (_lastSeen, _handshake) = (files.Digest, Use(files.ToChain()));
        _timer = time.CreateTimer(_ => LookAgain(), null, TimeBetweenLooks, TimeBetweenLooks);
    }

    /// <summary>What Kestrel asks at each handshake.</summary>
    public TlsHandshakeCallbackOptions ForHandshakes() => new() { OnConnection = _ => ValueTask.FromResult(_handshake) };

    public void Dispose() => _timer.Dispose();

    private void LookAgain()
    {
        try
        {
            var files = CertificateFiles.Read(_certificateFile, _keyFile);
            if (files.Digest.AsSpan().SequenceEqual(_lastSeen))
                return;
            _lastSeen = files.Digest;
            _handshake = Use(files.ToChain());
            LogRenewed();
        }
#pragma warning disable CA1031 // On a timer's thread: whatever is wrong with two files must not end the server.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogKept(exception is CertificateException or IOException or UnauthorizedAccessException ? exception.Message : exception.GetType().ToString());
        }
    }

    private SslServerAuthenticationOptions Use(X509Certificate2Collection chain)
    {
        var now = _time.GetUtcNow();
        if (now > chain[0].NotAfter || now < chain[0].NotBefore)
            LogNotValidNow(chain[0].NotBefore.ToUniversalTime(), chain[0].NotAfter.ToUniversalTime());
        return new SslServerAuthenticationOptions
        {
            // Offline: nothing is fetched to complete the chain or to staple an answer about it.
            ServerCertificateContext = SslStreamCertificateContext.Create(chain[0], chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    [LoggerMessage(1010, LogLevel.Information, "The renewed certificate is in use.")]
    private partial void LogRenewed();

    [LoggerMessage(1011, LogLevel.Warning, "The certificate's files changed and cannot be used; the certificate in use stays. {Problem}")]
    private partial void LogKept(string problem);

    [LoggerMessage(1012, LogLevel.Warning, "The certificate is valid from {Start:u} to {End:u}, which is not now: clients will refuse it.")]
    private partial void LogNotValidNow(DateTime start, DateTime end);
}
