using System.Net;

namespace Quiver.Server.Tests.Support;

internal static class Loopback
{
    /// <summary>A client that asks nobody else: no proxy, no redirects, no cookies.</summary>
    /// <param name="connect">Makes the connections in place of the usual way, or null.</param>
    public static HttpClient Client(Uri address, Func<DnsEndPoint, CancellationToken, ValueTask<Stream>>? connect = null)
    {
#pragma warning disable RS0030 // The factory that the rule asks for is the product's; a test owns its connections.
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false };
        if (connect is not null)
            handler.ConnectCallback = (context, cancellationToken) => connect(context.DnsEndPoint, cancellationToken);
        return new HttpClient(handler) { BaseAddress = address };
#pragma warning restore RS0030
    }
}
