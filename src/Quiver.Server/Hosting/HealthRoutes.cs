namespace Quiver.Server.Hosting;

/// <summary>GET /health/live: the process answers. GET /health/ready: send it requests. Both without a key and without details.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes, Drain drain)
    {
        routes.MapGet("/health/live", context => WriteAsync(context, 200, """{"status":"live"}"""u8)).AllowAnonymous();
        routes.MapGet("/health/ready", context => drain.Begun
            ? WriteAsync(context, 503, """{"status":"draining"}"""u8)
            : WriteAsync(context, 200, """{"status":"ready"}"""u8)).AllowAnonymous();
    }

    private static Task WriteAsync(HttpContext context, int status, ReadOnlySpan<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        body.CopyTo(context.Response.BodyWriter.GetSpan(body.Length));
        context.Response.BodyWriter.Advance(body.Length);
        return Task.CompletedTask;
    }
}
