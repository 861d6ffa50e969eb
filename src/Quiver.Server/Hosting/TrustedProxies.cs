using Microsoft.AspNetCore.HttpOverrides;
using Quiver.Server.Configuration;

namespace Quiver.Server.Hosting;

/// <summary>
/// Takes the caller's address, scheme and host from X-Forwarded-For, -Proto and -Host, as far as proxies that are trusted wrote them. From
/// anyone else the headers say nothing.
/// </summary>
internal static class TrustedProxies
{
    public static void Use(WebApplication app, ServeOptions options)
    {
        if (options.TrustedProxies is [])
            return;
        var headers = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            // As many proxies in a row as are trusted.
            ForwardLimit = null,
        };
        // The framework's own default trusts this machine.
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        foreach (var network in options.TrustedProxies)
            headers.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(headers);
    }
}
