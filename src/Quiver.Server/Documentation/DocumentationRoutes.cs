using System.Text.Json;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>
/// What this server says of itself: GET / for whoever knocks, /docs for people, /openapi.json for machines. Open to all: they say nothing
/// that the sources do not.
/// </summary>
internal sealed class DocumentationRoutes
{
    private const string Group = "Server";

    private static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];

    private static readonly RouteDocumentation RootDocumentation = new(Group, "Name the server and its routes")
    {
        Description = "To a client of Ollama, or one that asks for text/plain: \"Ollama is running\". With --compat tei: nothing, as TEI's, or its error while the server is not ready.",
        Parameters = [new("Accept", "header", "text/plain for Ollama's greeting.", "application/json")],
        AnswerSchema = """
            {"type":"object","required":["name","version","endpoints"],"properties":{
              "name":{"const":"Quiver"},
              "version":{"type":"string","description":"In full where no key is set; else the major number only."},
              "endpoints":{"type":"object","description":"Methods and summary of each path.","additionalProperties":{"type":"string"}}}}
            """,
        Examples = [new("root", null, """{"name":"Quiver","version":"0.1.0","endpoints":{"/v1/embed":"POST - Embed one text, as the FastEmbed Query API does"}}""")],
    };

    private static readonly RouteDocumentation OpenApiDocumentation = new(Group, "Describe this API as an OpenAPI document")
    {
        Description = "OpenAPI 3.1. The example of a body has the name of its answer's.",
        AnswerSchema = """{"type":"object","required":["openapi","info","paths"]}""",
        Examples = [new("document", null, """{"openapi":"3.1.1","info":{"title":"Quiver","version":"1"},"paths":{}}""")],
    };

    private static readonly RouteDocumentation PageDocumentation = new(Group, "Describe this API as a page")
    {
        Description = "One page without scripts, which needs nothing from elsewhere.",
        AnswerType = "text/html; charset=utf-8",
        Examples = [new("page", null, "<!doctype html>")],
    };

    private readonly Readiness? _asTeisHealth;
    private readonly Lazy<byte[]> _root;
    private readonly Lazy<byte[]> _openApi;
    private readonly Lazy<byte[]> _page;

    /// <summary>Made when first asked for: most servers are never asked, and a start shall be quick.</summary>
    private DocumentationRoutes(IEndpointRouteBuilder routes, ErrorRenderer standard, Readiness readiness, ServeOptions options)
    {
        var documented = new Lazy<IReadOnlyList<DocumentedRoute>>(() => DocumentedRoute.Of(routes.DataSources.SelectMany(source => source.Endpoints), standard));
        _asTeisHealth = options.Compat.Contains("tei") ? readiness : null;
        _root = new(() => Root(documented.Value, options));
        _openApi = new(() => OpenApiDocument.Write(documented.Value, options.Mode != AuthMode.Open));
        _page = new(() => DocumentationPage.Write(documented.Value, options.Mode != AuthMode.Open));
    }

    /// <param name="standard">Words the errors of routes that belong to no dialect.</param>
    /// <param name="readiness">What TEI's GET / tells under its profile.</param>
    public static void Map(IEndpointRouteBuilder routes, ErrorRenderer standard, Readiness readiness, ServeOptions options)
    {
        var documents = new DocumentationRoutes(routes, standard, readiness, options);
        var group = routes.MapGroup("").Needs(Access.Anyone);
        group.MapMethods("/", GetOrHead, documents.WriteRootAsync).WithMetadata(RootDocumentation);
        group.MapGet("/docs", documents.WritePageAsync).WithMetadata(PageDocumentation);
        group.MapGet("/openapi.json", documents.WriteOpenApiAsync).WithMetadata(OpenApiDocumentation);
        // Where clients of TEI look for it.
        group.MapGet("/api-doc/openapi.json", documents.WriteOpenApiAsync).WithMetadata(OpenApiDocumentation);
    }

    private Task WriteRootAsync(HttpContext context)
    {
        if (_asTeisHealth is { } readiness)
        {
            readiness.Require();
            return WriteAsync(context, ReadOnlyMemory<byte>.Empty, null);
        }

        return AsksOllama(context.Request) ? WriteAsync(context, "Ollama is running"u8.ToArray(), "text/plain; charset=utf-8") : WriteAsync(context, _root.Value, "application/json");
    }

    private Task WriteOpenApiAsync(HttpContext context) => WriteAsync(context, _openApi.Value, "application/json");

    private Task WritePageAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = DocumentationPage.SecurityPolicy;
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return WriteAsync(context, _page.Value, "text/html; charset=utf-8");
    }

    /// <summary>Its clients look whether a server is there, and what answers otherwise is none to them.</summary>
    private static bool AsksOllama(HttpRequest request) =>
        request.Headers.UserAgent.ToString().StartsWith("ollama", StringComparison.OrdinalIgnoreCase)
        || request.Headers.Accept.ToString().StartsWith("text/plain", StringComparison.OrdinalIgnoreCase);

    private static byte[] Root(IReadOnlyList<DocumentedRoute> routes, ServeOptions options)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, "Quiver"u8);
            json.WriteString("version"u8, ProgramVersion.For(options));
            json.WriteStartObject("endpoints"u8);
            foreach (var path in routes.GroupBy(route => route.Path))
                json.WriteString(path.Key, string.Join("; ", path.Select(route => $"{route.Method} - {route.Documentation.Summary}")));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> document, string? contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document, context.RequestAborted);
    }
}
