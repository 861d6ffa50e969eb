using System.Globalization;
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
              "model":{"type":"string","description":"The first one served."},
              "model_loaded":{"type":"boolean","description":"This and what follows: without a key, or with --compat tkr-embed."},
              "framework":{"type":"string"},
              "device":{"type":"string"},
              "memory_usage_gb":{"type":"number"},
              "uptime_seconds":{"type":"number"}}}
            """,
        Examples =
        [
            new("healthy", null, """
                {"status":"healthy","version":"0.1.0","model":"all-MiniLM-L6-v2","model_loaded":true,"framework":"Quiver","device":"cpu","memory_usage_gb":0.213,"uptime_seconds":12.345}
                """),
        ],
        DialectErrors = [Draining, Failing],
    };

    private readonly Readiness _readiness;
    private readonly bool _asTei;
    private readonly string _model;
    private readonly ServeOptions _options;
    private readonly TimeProvider _time;
    private readonly long _start;

    private HealthRoutes(Readiness readiness, string model, ServeOptions options, TimeProvider time)
    {
        (_readiness, _model, _options, _time, _start) = (readiness, model, options, time, time.GetTimestamp());
        _asTei = options.Compat.Contains("tei");
    }

    private static RouteError Draining =>
        new("draining", "The server stops; requests in flight are still answered.", new ErrorAnswer(503, """{"status":"draining"}"""u8.ToArray(), "application/json"));

    private static RouteError Failing =>
        new("failing", "A model failed its self-test; the log says which. It is tried again every few minutes.", new ErrorAnswer(503, """{"status":"failing"}"""u8.ToArray(), "application/json"));

    /// <param name="model">The name that /health tells.</param>
    public static void Map(IEndpointRouteBuilder routes, Readiness readiness, string model, ServeOptions options, TimeProvider time)
    {
        var health = new HealthRoutes(readiness, model, options, time);
        routes.MapGet("/health/live", context => WriteAsync(context, 200, """{"status":"live"}"""u8)).Needs(Access.Anyone).WithMetadata(LiveDocumentation);
        routes.MapGet("/health/ready", context => health.AnswerAsync(context, """{"status":"ready"}"""u8)).Needs(Access.Anyone).WithMetadata(ReadyDocumentation);
        routes.MapMethods("/health", GetOrHead, health.AnswerAsync).Needs(Access.Anyone).WithMetadata(HealthDocumentation);
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (_asTei)
            _readiness.Require();
        return AnswerAsync(context, _asTei || !_readiness.IsReady ? [] : Healthy());
    }

    private Task AnswerAsync(HttpContext context, ReadOnlySpan<byte> ready) => _readiness.Status switch
    {
        "ready" => WriteAsync(context, 200, ready),
        "draining" => WriteAsync(context, 503, """{"status":"draining"}"""u8),
        _ => WriteAsync(context, 503, """{"status":"failing"}"""u8),
    };

    /// <summary>What clients of FastEmbed read, and those of tkr-embed; how much and how long is not told to strangers who do not need it.</summary>
    private byte[] Healthy()
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "healthy"u8);
            json.WriteString("version"u8, ProgramVersion.For(_options));
            json.WriteString("model"u8, _model);
            if (_options.Mode == AuthMode.Open || _options.Compat.Contains("tkr-embed"))
            {
                json.WriteBoolean("model_loaded"u8, true);
                json.WriteString("framework"u8, "Quiver"u8);
                json.WriteString("device"u8, "cpu"u8);
                WriteFixed(json, "memory_usage_gb"u8, Environment.WorkingSet / 1e9);
                WriteFixed(json, "uptime_seconds"u8, _time.GetElapsedTime(_start).TotalSeconds);
            }

            json.WriteEndObject();
        }

        return body.ToArray();
    }

    /// <summary>Always three decimals: HEAD tells the length that a GET beside it has.</summary>
    private static void WriteFixed(Utf8JsonWriter json, ReadOnlySpan<byte> name, double number)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(number.ToString("F3", CultureInfo.InvariantCulture));
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
