using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Commands.Checks;

/// <summary>Whether the ports are free and the certificate is good.</summary>
internal static class NetworkChecks
{
    private static readonly TimeSpan SoonOver = TimeSpan.FromDays(14);

    public static IEnumerable<Finding> Look(ServeOptions options, TimeProvider time)
    {
        yield return Port(options, options.Port, "--port");
        if (options.MetricsPort is { } metricsPort)
            yield return Port(options, metricsPort, "--metrics-port");
        if (options is { TlsCertificate: { } certificate, TlsKey: { } key })
            yield return Certificate(certificate, key, time);
    }

    private static Finding Port(ServeOptions options, int port, string flag)
    {
        var address = options.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(options.Host);
        try
        {
            using var listener = new TcpListener(address, port);
            listener.Start();
            return Finding.Ok("port", port == 0 ? $"a free one on {options.Host}" : $"{port} on {options.Host} is free");
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => Finding.Fail("port", $"{port} on {options.Host} is in use", $"Stop what uses it (ss -ltnp 'sport = :{port}'), or choose another by {flag}."),
                SocketError.AccessDenied => Finding.Fail("port", $"this user may not listen on {port}", $"Choose one of 1024 or more by {flag}, or grant CAP_NET_BIND_SERVICE."),
                SocketError.AddressNotAvailable => Finding.Fail("port", $"this machine has no address {options.Host}", "`ip address` prints those it has; 0.0.0.0 is all of them."),
                _ => Finding.Fail("port", $"{port} on {options.Host}: {exception.Message}", $"Choose another by {flag}, or another --host."),
            };
        }
    }

    private static Finding Certificate(string certificateFile, string keyFile, TimeProvider time)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = CertificateFiles.Read(certificateFile, keyFile).ToChain()[0];
        }
        catch (Exception exception) when (exception is CertificateException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("certificate", exception.Message.TrimEnd('.'), "Give the chain to --tls-cert and its key to --tls-key, both in PEM and readable by this user.");
        }

        var (begin, end, now) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime(), time.GetUtcNow().UtcDateTime);
        if (now > end || now < begin)
            return Finding.Fail("certificate", $"{certificateFile} is valid from {begin:u} to {end:u}, which is not now", "Renew it. A running server takes the new files up by itself.");
        return end - now < SoonOver
            ? Finding.Warn("certificate", $"{certificateFile} is valid until {end:u} only", "Renew it. A running server takes the new files up by itself.")
            : Finding.Ok("certificate", $"{certificateFile} is valid until {end:u}");
    }
}
