using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>GET /openapi.json: every route of this server, for machines. Open to all: it says nothing that the sources do not.</summary>
internal sealed class DocumentationRoutes
{
    private static readonly RouteDocumentation OpenApi = new("Server", "This API as an OpenAPI document")
    {
        Description = "OpenAPI 3.1. Each example of a body bears the name of its answer.",
        Examples = [new("document", null, """{"openapi":"3.1.1","info":{"title":"Quiver","version":"1"},"paths":{}}""")],
        AnswerSchema = """{"type":"object"}""",
    };

    private readonly Lazy<byte[]> _document;

    private DocumentationRoutes(IEndpointRouteBuilder routes, ErrorRenderer standard, ServeOptions options)
    {
        // When first asked for: most servers are never asked, and a start shall be quick.
        _document = new(() => OpenApiDocument.Write(DocumentedRoute.Of(routes.DataSources.SelectMany(source => source.Endpoints), standard), options.ApiKey is not null));
    }

    public static void Map(IEndpointRouteBuilder routes, ErrorRenderer standard, ServeOptions options)
    {
        var documents = new DocumentationRoutes(routes, standard, options);
        routes.MapGet("/openapi.json", documents.WriteOpenApiAsync).AllowAnonymous().WithMetadata(OpenApi);
        // Where clients of TEI look for it.
        routes.MapGet("/api-doc/openapi.json", documents.WriteOpenApiAsync).AllowAnonymous().WithMetadata(OpenApi);
    }

    private Task WriteOpenApiAsync(HttpContext context) => WriteAsync(context, _document.Value, "application/json");

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> document, string contentType)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = document.Length;
        await context.Response.Body.WriteAsync(document, context.RequestAborted);
    }
}
