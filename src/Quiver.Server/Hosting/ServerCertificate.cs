using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
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
        var files = PemFiles.Read(certificateFile, keyFile);
        (_lastSeen, _handshake) = (files.Digest, Use(files.ToCertificates()));
        _timer = time.CreateTimer(_ => LookAgain(), null, TimeBetweenLooks, TimeBetweenLooks);
    }

    /// <summary>What Kestrel asks at each handshake.</summary>
    public TlsHandshakeCallbackOptions ForHandshakes() => new() { OnConnection = _ => ValueTask.FromResult(_handshake) };

    public void Dispose() => _timer.Dispose();

    private void LookAgain()
    {
        try
        {
            var files = PemFiles.Read(_certificateFile, _keyFile);
            if (files.Digest.AsSpan().SequenceEqual(_lastSeen))
                return;
            _lastSeen = files.Digest;
            _handshake = Use(files.ToCertificates());
            LogRenewed();
        }
        catch (Exception exception) when (exception is CertificateException or IOException or UnauthorizedAccessException)
        {
            LogKept(exception.Message);
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

    /// <param name="Digest">Of both files' contents.</param>
    private sealed record PemFiles(string CertificateFile, string Certificates, string KeyFile, string Key, byte[] Digest)
    {
        public static PemFiles Read(string certificateFile, string keyFile)
        {
            var (certificates, key) = (File.ReadAllText(certificateFile), File.ReadAllText(keyFile));
            return new(certificateFile, certificates, keyFile, key, SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{certificates.Length} {certificates}{key}")));
        }

        /// <summary>The server's own with its key, then the intermediate ones.</summary>
        public X509Certificate2Collection ToCertificates()
        {
            var chain = new X509Certificate2Collection();
            try
            {
                chain.ImportFromPem(Certificates);
            }
            catch (CryptographicException)
            {
                // Told below.
            }

            if (chain.Count == 0)
                throw new CertificateException($"{CertificateFile} holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
            chain[0] = WithKey();
            return chain;
        }

        private X509Certificate2 WithKey()
        {
            if (Key.Contains("ENCRYPTED", StringComparison.Ordinal))
                throw new CertificateException($"The key in {KeyFile} is encrypted. `openssl pkey -in FILE -out FILE` writes it without a passphrase.");
            try
            {
                var certificate = X509Certificate2.CreateFromPem(Certificates, Key);
                // Windows does not do handshakes with a key that exists in memory alone.
                return OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null) : certificate;
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                throw new CertificateException($"{KeyFile} holds no private key in PEM, or not the key of the certificate in {CertificateFile}.");
            }
        }
    }
}
