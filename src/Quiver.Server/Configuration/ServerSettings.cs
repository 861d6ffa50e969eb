using System.Net;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>Where the server listens, to whom, and within what bounds.</summary>
internal static class ServerSettings
{
    private const double Day = 86400;

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<string>("server.host", "--host", ListenAddress)
        {
            Description = "The IP address to listen on, or localhost for both loopback addresses. Any but those needs an API key.",
            Get = options => options.Host,
            Set = (options, host) => options with { Host = host },
            // A container's HOSTNAME is its name, which the reference server ignores too.
            ServiceVariables = [new("fastembed", "HOST"), new("tkr-embed", "EMBEDDING_HOST"), new("tei", "HOSTNAME") { Translate = name => ListenAddress.TryParse([name], out _) ? name : null }],
        },
        new Setting<int>("server.port", "--port", Integer(0, 65535))
        {
            Description = "The port to listen on; 0 takes a free one and prints it.",
            Get = options => options.Port,
            Set = (options, port) => options with { Port = port },
            ServiceVariables = [new("fastembed", "PORT"), new("tei", "PORT"), new("tkr-embed", "EMBEDDING_PORT")],
        },
        new Setting<IReadOnlyList<IPNetwork>>("server.trusted_proxies", "--trusted-proxy", List(Network))
        {
            Description = "Proxies whose X-Forwarded-For, -Proto and -Host headers are believed. From anyone else those headers say nothing.",
            SplitsFlag = true,
            Get = options => options.TrustedProxies,
            Set = (options, proxies) => options with { TrustedProxies = proxies },
        },
        new Setting<string?>("server.tls.cert", "--tls-cert", FilePath)
        {
            Description = "The certificate, in PEM, with the intermediate ones behind it. The server then speaks HTTPS only. A renewed file is taken up without a restart.",
            Get = options => options.TlsCertificate,
            Set = (options, file) => options with { TlsCertificate = file },
        },
        new Setting<string?>("server.tls.key", "--tls-key", FilePath)
        {
            Description = "The private key of the certificate, in PEM, not encrypted.",
            Get = options => options.TlsKey,
            Set = (options, file) => options with { TlsKey = file },
        },
        new Setting<IReadOnlyList<string>>("server.cors.origins", "--cors-origin", List(Origin))
        {
            Description = "Web pages that may call from a browser; * for all of them. Without a key, pages of this machine only.",
            SplitsFlag = true,
            Get = options => options.CorsOrigins,
            Set = (options, origins) => options with { CorsOrigins = origins },
            ServiceVariables = [new("tei", "CORS_ALLOW_ORIGIN"), new("embed-cache", "CORS_ALLOWED_ORIGINS")],
        },
        new Setting<TimeSpan>("server.timeouts.request", "--request-timeout", Seconds(0.001, Day))
        {
            Description = "The longest a request may take, from its first byte to the last of its answer.",
            Get = options => options.RequestTimeout,
            Set = (options, limit) => options with { RequestTimeout = limit },
        },
        new Setting<TimeSpan>("server.timeouts.headers", "--header-timeout", Seconds(0.001, Day))
        {
            Description = "The longest that the headers of a request may take to arrive.",
            Get = options => options.HeaderTimeout,
            Set = (options, limit) => options with { HeaderTimeout = limit },
        },
        new Setting<TimeSpan>("server.timeouts.keep_alive", "--keep-alive-timeout", Seconds(0.001, Day))
        {
            Description = "How long a connection may be idle between requests. Longer than a proxy in front keeps its own, or it will use one that was just closed.",
            Get = options => options.KeepAliveTimeout,
            Set = (options, limit) => options with { KeepAliveTimeout = limit },
        },
        new Setting<TimeSpan?>("server.timeouts.drain_delay", "--drain-delay", Optional(Seconds(0, Day)))
        {
            Description = "After SIGTERM, how long to go on serving while /health/ready already answers 503 and each answer asks for its connection to be closed, so that load balancers and callers notice.",
            DefaultDescription = "5, or 0.25 when only this machine can connect",
            Get = options => options.DrainDelay,
            Set = (options, delay) => options with { DrainDelay = delay },
        },
        new Setting<TimeSpan>("server.timeouts.drain", "--drain-timeout", Seconds(0, Day))
        {
            Description = "After that, how long requests in flight may take to finish before the process ends anyway.",
            Get = options => options.DrainTimeout,
            Set = (options, limit) => options with { DrainTimeout = limit },
        },
        new Setting<int>("server.limits.connections", "--max-connections", Integer(1, 1_000_000))
        {
            Description = "Connections open at one time; further ones are closed at once.",
            Get = options => options.MaxConnections,
            Set = (options, most) => options with { MaxConnections = most },
        },
        new Setting<long>("server.limits.body_memory", "--body-memory", Bytes(1 << 20, 1L << 40))
        {
            Description = "Request bodies held in memory at one time, all requests together; what goes beyond is answered 429.",
            Get = options => options.BodyMemory,
            Set = (options, bytes) => options with { BodyMemory = bytes },
        },
    ];
}
