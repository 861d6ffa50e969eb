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
            ServiceVariables = [new("fastembed", "HOST"), new("tei", "HOSTNAME") { Translate = name => ListenAddress.TryParse([name], out _) ? name : null }],
        },
        new Setting<int>("server.port", "--port", Integer(0, 65535))
        {
            Description = "The port to listen on; 0 takes a free one and prints it.",
            Get = options => options.Port,
            Set = (options, port) => options with { Port = port },
            ServiceVariables = [new("fastembed", "PORT"), new("tei", "PORT")],
        },
        new Setting<TimeSpan>("server.timeouts.request", "--request-timeout", Seconds(0.001, Day))
        {
            Description = "The longest a request may take, from its first byte to the last of its answer.",
            Get = options => options.RequestTimeout,
            Set = (options, limit) => options with { RequestTimeout = limit },
        },
        new Setting<TimeSpan?>("server.timeouts.drain_delay", "--drain-delay", Optional(Seconds(0, Day)))
        {
            Description = "After SIGTERM, how long to go on accepting while /health/ready already answers 503, so that load balancers notice.",
            DefaultDescription = "5, or 0 when only this machine can connect",
            Get = options => options.DrainDelay,
            Set = (options, delay) => options with { DrainDelay = delay },
        },
    ];
}
