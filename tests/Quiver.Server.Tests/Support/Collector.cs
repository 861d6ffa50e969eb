using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Quiver.Server.Tests.Support;

/// <summary>An OpenTelemetry collector on a free port: keeps what it is sent over OTLP/HTTP.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, byte[] Body)> _exports = [];

    private Collector(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Everything received, as it came.</summary>
    public IReadOnlyList<(string Path, byte[] Body)> Exports => [.. _exports];

    /// <summary>All spans received so far.</summary>
    public IReadOnlyList<Span> Spans => [.. Exports.Where(export => export.Path == "/v1/traces").SelectMany(export => Span.ReadAll(export.Body))];

    /// <summary>The names of all metrics received so far.</summary>
    public IReadOnlySet<string> Metrics => Exports.Where(export => export.Path == "/v1/metrics").SelectMany(export =>
        from resource in Protobuf.Read(export.Body).Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        select metric.Text(1)).ToHashSet();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var collector = new Collector(builder.Build());
        collector._app.Run(collector.ReceiveAsync);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        collector.Address = new Uri(collector._app.Urls.First());
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _exports.Enqueue((context.Request.Path, body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>A span of opentelemetry/proto/trace/v1/trace.proto.</summary>
    public sealed record Span(string Service, string Name, string TraceId, string Id, string ParentId, ulong Kind, ulong Start, ulong End, ulong Status, IReadOnlyDictionary<string, string> Attributes)
    {
        public static IEnumerable<Span> ReadAll(byte[] export) =>
            from resource in Protobuf.Read(export).Messages(1)
            let service = AttributesOf(resource.Messages(1).Single(), 1)["service.name"]
            from scope in resource.Messages(2)
            from span in scope.Messages(2)
            select new Span(
                service, span.Text(5), Convert.ToHexStringLower(span.Bytes(1)), Convert.ToHexStringLower(span.Bytes(2)), Convert.ToHexStringLower(span.Bytes(4)),
                span.Number(6), span.Number(7), span.Number(8), span.Messages(15).Select(status => status.Number(3)).FirstOrDefault(), AttributesOf(span, 9));

        private static Dictionary<string, string> AttributesOf(Protobuf message, int field) =>
            message.Messages(field).ToDictionary(attribute => attribute.Text(1), attribute => ValueOf(attribute.Messages(2).Single()));

        private static string ValueOf(Protobuf value) => value.Has(1) ? value.Text(1) : value.Number(3).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
