using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Quiver.Diagnostics;

namespace Quiver.Server.Telemetry;

/// <summary>Sends traces and metrics to an OpenTelemetry collector. Only where one is named is any of OpenTelemetry loaded.</summary>
/// <remarks>
/// How to send, how often and which headers to add is OpenTelemetry's own to read from its OTEL_* variables; HTTP with protobuf is the
/// default, as the specification says.
/// </remarks>
internal sealed class OtlpExport : IDisposable
{
    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    /// <param name="endpoint">The collector, without a signal's path.</param>
    public OtlpExport(Uri endpoint)
    {
        // The later goes over the earlier: operators name their servers, by OTEL_SERVICE_NAME or in OTEL_RESOURCE_ATTRIBUTES.
        var resource = ResourceBuilder.CreateEmpty()
            .AddTelemetrySdk()
            .AddService("quiver", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version!.ToString(3))
            .AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(RequestTrace.SourceName)
            .AddOtlpExporter(options => SendTo(endpoint, "v1/traces", options))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(QuiverMeter.Name, ServerMetrics.MeterName, "System.Runtime")
            .AddView(instrument => instrument.Meter.Name == "System.Runtime" && !ProcessMetrics.Wants(instrument) ? MetricStreamConfiguration.Drop : null)
            .AddOtlpExporter(options => SendTo(endpoint, "v1/metrics", options))
            .Build();
    }

    /// <summary>Sends what is left, within the exporters' time limit.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static void SendTo(Uri endpoint, string path, OtlpExporterOptions options)
    {
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") is not { Length: > 0 })
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
        var folder = endpoint.AbsoluteUri.EndsWith('/') ? endpoint : new Uri(endpoint.AbsoluteUri + "/");
        options.Endpoint = options.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri(folder, path) : endpoint;
    }
}
