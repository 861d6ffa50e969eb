using System.Buffers;
using System.Text.Json;

namespace Quiver.Server.Documentation;

/// <summary>Writes the routes as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html).</summary>
/// <remarks>
/// By hand: handlers here are plain RequestDelegates over hand-written readers, so there are no parameter types for a generator to look at,
/// and what it could not see (shapes, examples, errors) is all that the document is for.
/// </remarks>
internal static class OpenApiDocument
{
    /// <summary>Of the API, not of the program: that one is not told to strangers.</summary>
    private const string ApiVersion = "1";

    /// <param name="routes">Different in method and path.</param>
    /// <param name="needsKey">Whether the server has a key.</param>
    public static byte[] Write(IReadOnlyList<DocumentedRoute> routes, bool needsKey)
    {
        var document = new ArrayBufferWriter<byte>(64 * 1024);
        using (var json = new Utf8JsonWriter(document, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("openapi"u8, "3.1.1"u8);
            WriteInfo(json);
            WriteTags(json, routes);
            json.WriteStartObject("paths"u8);
            foreach (var path in routes.GroupBy(route => route.Path))
                WritePath(json, path, needsKey);
            json.WriteEndObject();
            WriteComponents(json);
            json.WriteEndObject();
        }

        return document.WrittenSpan.ToArray();
    }

    private static void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject("info"u8);
        json.WriteString("title"u8, "Quiver"u8);
        json.WriteString("version"u8, ApiVersion);
        json.WriteString("description"u8, "A self-hosted embedding server. Each group of routes is a dialect: the routes, answers and errors of a service that clients know."u8);
        json.WriteStartObject("license"u8);
        json.WriteString("name"u8, "MIT"u8);
        json.WriteString("identifier"u8, "MIT"u8);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTags(Utf8JsonWriter json, IReadOnlyList<DocumentedRoute> routes)
    {
        json.WriteStartArray("tags"u8);
        foreach (var group in routes.Select(route => route.Documentation.Group).Distinct())
        {
            json.WriteStartObject();
            json.WriteString("name"u8, group);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePath(Utf8JsonWriter json, IGrouping<string, DocumentedRoute> path, bool needsKey)
    {
        json.WriteStartObject(path.Key);
        foreach (var route in path)
        {
            json.WriteStartObject(route.Method.ToLowerInvariant());
            WriteOperation(json, route, needsKey);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteOperation(Utf8JsonWriter json, DocumentedRoute route, bool needsKey)
    {
        var documentation = route.Documentation;
        json.WriteString("operationId"u8, OperationId(route));
        json.WriteStartArray("tags"u8);
        json.WriteStringValue(documentation.Group);
        json.WriteEndArray();
        json.WriteString("summary"u8, documentation.Summary);
        if (documentation.Description.Length > 0)
            json.WriteString("description"u8, documentation.Description);
        if (needsKey && route.Key != KeyNeed.Nobody)
            WriteSecurity(json, optional: route.Key == KeyNeed.Others);
        if (documentation.Parameters.Count > 0)
            WriteParameters(json, documentation.Parameters);
        if (documentation.BodySchema is { } schema)
            WriteBody(json, schema, documentation.Examples);
        OpenApiAnswers.Write(json, route);
    }

    private static string OperationId(DocumentedRoute route) =>
        route.Method.ToLowerInvariant() + string.Concat(route.Path.Split('/', '{', '}', '-', '.', '_').Where(part => part.Length > 0).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static void WriteSecurity(Utf8JsonWriter json, bool optional)
    {
        json.WriteStartArray("security"u8);
        if (optional)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }

        foreach (var scheme in new[] { "bearer", "header" })
        {
            json.WriteStartObject();
            json.WriteStartArray(scheme);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteParameters(Utf8JsonWriter json, IReadOnlyList<RouteParameter> parameters)
    {
        json.WriteStartArray("parameters"u8);
        foreach (var parameter in parameters)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, parameter.Name);
            json.WriteString("in"u8, parameter.In);
            json.WriteString("description"u8, parameter.Description);
            json.WriteBoolean("required"u8, parameter.In == "path");
            json.WriteStartObject("schema"u8);
            json.WriteString("type"u8, "string"u8);
            json.WriteEndObject();
            json.WriteString("example"u8, parameter.Example);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteBody(Utf8JsonWriter json, string schema, IReadOnlyList<RouteExample> examples)
    {
        json.WriteStartObject("requestBody"u8);
        json.WriteBoolean("required"u8, true);
        OpenApiAnswers.WriteContent(json, "application/json", schema, [.. examples.Where(example => example.Body is not null).Select(example => (example.Name, example.Body!))]);
        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json)
    {
        json.WriteStartObject("components"u8);
        json.WriteStartObject("securitySchemes"u8);
        json.WriteStartObject("bearer"u8);
        json.WriteString("type"u8, "http"u8);
        json.WriteString("scheme"u8, "bearer"u8);
        json.WriteEndObject();
        json.WriteStartObject("header"u8);
        json.WriteString("type"u8, "apiKey"u8);
        json.WriteString("in"u8, "header"u8);
        json.WriteString("name"u8, "X-API-Key"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
