using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Quiver.Server.Configuration;
using Quiver.Server.Telemetry;

namespace Quiver.Server.Hosting;

/// <summary>Where Kestrel listens, and what it bounds before a request reaches us.</summary>
internal static class Listener
{
    public static void Configure(KestrelServerOptions kestrel, ServeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = QuiverHost.MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = options.HeaderTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = 100;
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);

        Listen(kestrel, options, options.Port, _ => { });
        if (options.MetricsPort is { } port)
            Listen(kestrel, options, port, MetricsPort.Mark);
    }

    private static void Listen(KestrelServerOptions kestrel, ServeOptions options, int port, Action<ListenOptions> mark)
    {
        // Kestrel cannot take one free port on both loopback addresses.
        if (options.Host == "localhost" && port != 0)
            kestrel.ListenLocalhost(port, Configure);
        else
            kestrel.Listen(options.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(options.Host), port, Configure);

        void Configure(ListenOptions endpoint)
        {
            mark(endpoint);
            Speak(endpoint, options);
        }
    }

    /// <summary>HTTP/2 only over TLS, where the two sides agree on it beforehand.</summary>
    private static void Speak(ListenOptions endpoint, ServeOptions options)
    {
        endpoint.Protocols = options.UsesTls ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
        if (options.UsesTls)
            endpoint.UseHttps(endpoint.ApplicationServices.GetRequiredService<ServerCertificate>().ForHandshakes());
    }
}
