namespace Quiver.Server.Tests.Support;

internal static class Loopback
{
    /// <summary>A client that asks nobody else: no proxy, no redirects, no cookies.</summary>
    public static HttpClient Client(Uri address)
    {
#pragma warning disable RS0030 // The factory that the rule asks for is the product's; a test owns its connections.
        return new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };
#pragma warning restore RS0030
    }
}
