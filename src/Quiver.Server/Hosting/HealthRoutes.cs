using System.Text.Json;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>
/// GET /health/live: the process answers. GET /health/ready: send it requests. GET /health: the same as ready, in words that clients of
/// several services understand. All without a key.
/// </summary>
internal sealed class HealthRoutes
{
    private const string Group = "Server";

    private static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];

    private static readonly RouteDocumentation LiveDocumentation = new(Group, "Tell that the process answers")
    {
        AnswerSchema = """{"type":"object","required":["status"],"properties":{"status":{"const":"live"}}}""",
        Examples = [new("live", null, """{"status":"live"}""")],
    };

    private static readonly RouteDocumentation ReadyDocumentation = new(Group, "Tell whether to send requests")
    {
        AnswerSchema = """{"type":"object","required":["status"],"properties":{"status":{"const":"ready"}}}""",
        Examples = [new("ready", null, """{"status":"ready"}""")],
        DialectErrors = [Draining, Failing],
    };

    private static readonly RouteDocumentation HealthDocumentation = new(Group, "Tell whether to send requests, and to what model")
    {
        Description = "With --compat tei the answer has no body, as TEI's.",
        AnswerSchema = """
            {"type":"object","required":["status","version","model"],"properties":{
              "status":{"const":"healthy"},
              "version":{"type":"string","description":"In full where no key is set; else the major number only."},
              "model":{"type":"string","description":"The first one served."}}}
            """,
        Examples = [new("healthy", null, """{"status":"healthy","version":"0.1.0","model":"all-MiniLM-L6-v2"}""")],
        DialectErrors = [Draining, Failing],
    };

    private readonly Readiness _readiness;
    private readonly bool _asTei;
    private readonly byte[] _healthy;

    private HealthRoutes(Readiness readiness, string model, ServeOptions options)
    {
        _readiness = readiness;
        _asTei = options.Compat.Contains("tei");
        _healthy = _asTei ? [] : Healthy(model, options);
    }

    private static RouteError Draining =>
        new("draining", "The server stops; requests in flight are still answered.", new ErrorAnswer(503, """{"status":"draining"}"""u8.ToArray(), "application/json"));

    private static RouteError Failing =>
        new("failing", "A model failed its self-test; the log says which. It is tried again every few minutes.", new ErrorAnswer(503, """{"status":"failing"}"""u8.ToArray(), "application/json"));

    /// <param name="model">The name that /health tells.</param>
    public static void Map(IEndpointRouteBuilder routes, Readiness readiness, string model, ServeOptions options)
    {
        var health = new HealthRoutes(readiness, model, options);
        routes.MapGet("/health/live", context => WriteAsync(context, 200, """{"status":"live"}"""u8)).Needs(Access.Anyone).WithMetadata(LiveDocumentation);
        routes.MapGet("/health/ready", context => health.AnswerAsync(context, """{"status":"ready"}"""u8)).Needs(Access.Anyone).WithMetadata(ReadyDocumentation);
        routes.MapMethods("/health", GetOrHead, health.AnswerAsync).Needs(Access.Anyone).WithMetadata(HealthDocumentation);
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (_asTei)
            _readiness.Require();
        return AnswerAsync(context, _healthy);
    }

    private Task AnswerAsync(HttpContext context, ReadOnlySpan<byte> ready) => _readiness.Status switch
    {
        "ready" => WriteAsync(context, 200, ready),
        "draining" => WriteAsync(context, 503, """{"status":"draining"}"""u8),
        _ => WriteAsync(context, 503, """{"status":"failing"}"""u8),
    };

    private static byte[] Healthy(string model, ServeOptions options)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "healthy"u8);
            json.WriteString("version"u8, ProgramVersion.For(options));
            json.WriteString("model"u8, model);
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static Task WriteAsync(HttpContext context, int status, ReadOnlySpan<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.IsEmpty ? null : "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        body.CopyTo(context.Response.BodyWriter.GetSpan(body.Length));
        context.Response.BodyWriter.Advance(body.Length);
        return Task.CompletedTask;
    }
}
