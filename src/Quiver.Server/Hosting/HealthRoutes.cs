using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>GET /health/live: the process answers. GET /health/ready: send it requests. Both without a key and without details.</summary>
internal static class HealthRoutes
{
    private const string Group = "Server";

    private static readonly RouteDocumentation Live = new(Group, "Tell that the process answers")
    {
        AnswerSchema = """{"type":"object","required":["status"],"properties":{"status":{"const":"live"}}}""",
        Examples = [new("live", null, """{"status":"live"}""")],
    };

    private static readonly RouteDocumentation Ready = new(Group, "Tell whether to send requests")
    {
        AnswerSchema = """{"type":"object","required":["status"],"properties":{"status":{"const":"ready"}}}""",
        Examples = [new("ready", null, """{"status":"ready"}""")],
        DialectErrors = [new("draining", "The server stops; requests in flight are still answered.", new ErrorAnswer(503, """{"status":"draining"}"""u8.ToArray(), "application/json"))],
    };

    public static void Map(IEndpointRouteBuilder routes, Drain drain)
    {
        routes.MapGet("/health/live", context => WriteAsync(context, 200, """{"status":"live"}"""u8)).AllowAnonymous().WithMetadata(Live);
        routes.MapGet("/health/ready", context => drain.Begun
            ? WriteAsync(context, 503, """{"status":"draining"}"""u8)
            : WriteAsync(context, 200, """{"status":"ready"}"""u8)).AllowAnonymous().WithMetadata(Ready);
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
