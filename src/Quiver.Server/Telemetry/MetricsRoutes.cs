using Microsoft.Net.Http.Headers;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Documentation;

namespace Quiver.Server.Telemetry;

/// <summary>GET /metrics: everything measured, in the text format that the scraper prefers.</summary>
internal static class MetricsRoutes
{
    public const string Path = "/metrics";

    private const string OpenMetrics = "application/openmetrics-text";

    private static readonly RouteDocumentation Documentation = new("Server", "Tell what was measured, for Prometheus")
    {
        Description = "Needs no key from callers on the same machine, or from any with --metrics-public. OpenMetrics 1.0 where Accept prefers it.",
        Parameters = [new("Accept", "header", "application/openmetrics-text; version=1.0.0 for that format.", "text/plain")],
        AnswerType = PrometheusText.ContentType,
        Examples = [new("metrics", null, "# TYPE http_server_active_requests gauge\nhttp_server_active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 1\n")],
    };

    public static void Map(IEndpointRouteBuilder routes, ServerMetrics metrics, ServeOptions options)
    {
        var route = routes.MapGet(Path, context => WriteAsync(context, metrics)).WithMetadata(Documentation);
        if (options.MetricsPublic)
            route.Needs(Access.Anyone);
        else
            route.Needs(Access.Admin).WithMetadata(new OpenToThisMachine(options.TrustedProxies));
    }

    private static async Task WriteAsync(HttpContext context, ServerMetrics metrics)
    {
        var openMetrics = PrefersOpenMetrics(context.Request);
        var body = System.Text.Encoding.UTF8.GetBytes(metrics.Expose(openMetrics));
        context.Response.ContentType = openMetrics ? PrometheusText.OpenMetricsContentType : PrometheusText.ContentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Whether OpenMetrics 1.0 is asked for at least as urgently as anything else.</summary>
    private static bool PrefersOpenMetrics(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted))
            return false;
        var best = accepted.Max(type => type.Quality ?? 1);
        return best > 0 && accepted.Any(type =>
            type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase) && (type.Quality ?? 1) >= best && VersionOf(type) is "" or "1.0.0");
    }

    private static string VersionOf(MediaTypeHeaderValue type) =>
        type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().ToString() ?? "";
}
