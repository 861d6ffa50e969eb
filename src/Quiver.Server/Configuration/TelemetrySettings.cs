using Quiver.Server.Telemetry;
using static Quiver.Server.Configuration.SettingTypes;

namespace Quiver.Server.Configuration;

/// <summary>What the server tells of itself, and to whom.</summary>
internal static class TelemetrySettings
{
    private static readonly SettingType<string?> CollectorAddress = Optional(Text(
        "URL",
        "an http or https address without a user name or a query, such as http://127.0.0.1:4318",
        text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri is { UserInfo: "", Query: "", Fragment: "" }));

    public static IReadOnlyList<Setting> All { get; } =
    [
        new Setting<LogFormat>("log.format", "--log-format", Choice(("text", LogFormat.Text), ("json", LogFormat.Json)))
        {
            Description = "How the log is written: a line of text or a JSON object for each request and each event.",
            Get = options => options.LogFormat,
            Set = (options, format) => options with { LogFormat = format },
            ServiceVariables = [new("tei", "JSON_OUTPUT") { Translate = value => value is "true" ? "json" : value is "false" ? "text" : null }],
        },
        new Setting<LogLevel>(
            "log.level",
            "--log-level",
            Choice(("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warning", LogLevel.Warning), ("error", LogLevel.Error), ("none", LogLevel.None)))
        {
            Description = "The least severe of what is logged. Requests are logged at info, faults at error.",
            Get = options => options.LogLevel,
            Set = (options, level) => options with { LogLevel = level },
            ServiceVariables = [new("tkr-embed", "EMBEDDING_LOG_LEVEL") { Translate = value => value.ToUpperInvariant() is "CRITICAL" ? "error" : value.ToLowerInvariant() }],
        },
        new Setting<string?>("log.file", "--log-file", FilePath)
        {
            Description = "The file to log to.",
            DefaultDescription = "stderr",
            Get = options => options.LogFile,
            Set = (options, file) => options with { LogFile = file },
            ServiceVariables = [new("tkr-embed", "EMBEDDING_LOG_FILE")],
        },
        new Setting<long>("log.file_size", "--log-file-size", Bytes(64 * 1024, 1L << 40))
        {
            Description = "The size at which the log file is renamed to FILE.1, and so on, and a new one begun.",
            Get = options => options.LogFileSize,
            Set = (options, size) => options with { LogFileSize = size },
        },
        new Setting<int>("log.files", "--log-files", Integer(1, 1000))
        {
            Description = "How many log files are kept, the current one included.",
            Get = options => options.LogFiles,
            Set = (options, files) => options with { LogFiles = files },
        },
        new Setting<bool>("metrics.public", "--metrics-public", Switch)
        {
            Description = "Let callers on other machines read /metrics without a key. Callers on this machine always may.",
            Get = options => options.MetricsPublic,
            Set = (options, isPublic) => options with { MetricsPublic = isPublic },
        },
        new Setting<int?>("metrics.port", "--metrics-port", Optional(Integer(0, 65535)))
        {
            Description = "A port that serves /metrics and nothing else, while the others do not; 0 takes a free one.",
            DefaultDescription = "the server's own",
            Get = options => options.MetricsPort,
            Set = (options, port) => options with { MetricsPort = port },
            ServiceVariables = [new("tei", "PROMETHEUS_PORT")],
        },
        new Setting<string?>("telemetry.otlp_endpoint", "--otlp-endpoint", CollectorAddress)
        {
            CommonVariable = "OTEL_EXPORTER_OTLP_ENDPOINT",
            Description = "An OpenTelemetry collector that traces and metrics are sent to, over HTTP. OpenTelemetry's own OTEL_ variables say the rest: headers, intervals, sampling, the service's name.",
            DefaultDescription = "nothing is sent",
            Get = options => options.OtlpEndpoint?.OriginalString,
            Set = (options, endpoint) => options with { OtlpEndpoint = endpoint is null ? null : new Uri(endpoint) },
            ServiceVariables = [new("tei", "OTLP_ENDPOINT")],
        },
    ];
}
