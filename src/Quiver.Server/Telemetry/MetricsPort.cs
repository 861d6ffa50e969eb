using Microsoft.AspNetCore.Connections;

namespace Quiver.Server.Telemetry;

/// <summary>A port that serves /metrics and nothing else, while the others do not. Its callers pass the same guards as all.</summary>
internal static class MetricsPort
{
    /// <summary>Marks the connections of this listener.</summary>
    public static void Mark(IConnectionBuilder listener) => listener.Use(next => connection =>
    {
        connection.Features.Set(OnMetricsPort.Instance);
        return next(connection);
    });

    /// <summary>Hides the endpoints that do not belong to the port which was called.</summary>
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var asksForMetrics = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText == MetricsRoutes.Path;
        if (asksForMetrics != context.Features.Get<OnMetricsPort>() is not null)
            context.SetEndpoint(null);
        return next(context);
    }

    private sealed class OnMetricsPort
    {
        public static readonly OnMetricsPort Instance = new();
    }
}
