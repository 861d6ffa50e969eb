using System.Net;
using System.Net.Security;

namespace Quiver.Providers;

/// <summary>Makes the connections to tenants' providers: to public addresses only, judged when the connection is made.</summary>
internal static class GuardedHandler
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A pooled connection is not judged again, so it does not live long.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <remarks>
    /// No proxy: the guard would judge the proxy's address instead. No redirects: their target is the provider's word, and keys in headers would go along.
    /// No cookies, no trace headers, no decompression: nothing of one tenant or of us reaches a provider beside the call, and an answer is as large as it is.
    /// </remarks>
    public static SocketsHttpHandler Create(ProviderNetwork network) => new()
    {
        ConnectCallback = (context, cancellationToken) => ConnectAsync(network, context.DnsEndPoint, cancellationToken),
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.None,
        Credentials = null,
        PreAuthenticate = false,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        MaxConnectionsPerServer = 64,
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 64 * 1024,
        SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = network.Trust },
    };

    /// <exception cref="ProviderFailure"><see cref="ProviderFault.Unsafe"/>: one unsafe address among them is enough.</exception>
    private static async ValueTask<Stream> ConnectAsync(ProviderNetwork network, DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(network, endPoint.Host, cancellationToken);
        if (addresses.Length == 0)
            throw new ProviderFailure(ProviderFault.Unreachable);
        if (!Array.TrueForAll(addresses, AddressGuard.IsPublic))
            throw new ProviderFailure(ProviderFault.Unsafe);
        return await network.Connect(addresses, endPoint.Port, cancellationToken);
    }

    private static async Task<IPAddress[]> ResolveAsync(ProviderNetwork network, string host, CancellationToken cancellationToken)
    {
        try
        {
            return await network.Resolve(host, cancellationToken);
        }
        catch (ArgumentException exception)
        {
            // What the system says of 0.0.0.0 and ::, in whatever spelling.
            throw new ProviderFailure(ProviderFault.Unsafe, exception);
        }
    }
}
