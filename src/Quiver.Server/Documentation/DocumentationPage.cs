using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Quiver.Server.Documentation;

/// <summary>Writes the routes as one HTML page: no script, no request to anywhere, and a policy that would allow none.</summary>
internal static class DocumentationPage
{
    private const string Style = """
        :root{color-scheme:light dark}
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1,h2,h3{line-height:1.2}
        h3{margin:2.5rem 0 .5rem;font-family:ui-monospace,monospace;font-size:1.05rem}
        b{display:inline-block;min-width:3.2rem}
        pre{background:#8882;padding:.75rem;overflow-x:auto;border-radius:.3rem;font-size:.85rem}
        table{border-collapse:collapse;width:100%;font-size:.9rem}
        td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-top:1px solid #8884}
        summary{cursor:pointer;margin:.5rem 0}
        """;

    /// <summary>The value of Content-Security-Policy: the style above by its hash, and nothing else.</summary>
    public static string SecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <param name="needsKey">Whether the server has a key.</param>
    public static byte[] Write(IReadOnlyList<DocumentedRoute> routes, bool needsKey)
    {
        var page = new StringBuilder()
            .Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Quiver: API</title>")
            .Append("<style>").Append(Style).Append("</style></head><body><h1>Quiver</h1>")
            .Append("<p>The routes of this server, by dialect. The same for machines: <a href=\"/openapi.json\">/openapi.json</a>.</p>");
        foreach (var group in routes.GroupBy(route => route.Documentation.Group))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(group.Key)}</h2>");
            // Two paths of one route are one entry.
            foreach (var same in group.GroupBy(route => (route.Method, route.Documentation)))
                WriteRoute(page, [.. same], needsKey);
        }

        return System.Text.Encoding.UTF8.GetBytes(page.Append("</body></html>").ToString());
    }

    private static void WriteRoute(StringBuilder page, IReadOnlyList<DocumentedRoute> paths, bool needsKey)
    {
        var (route, documentation) = (paths[0], paths[0].Documentation);
        page.Append(CultureInfo.InvariantCulture, $"<h3><b>{route.Method}</b> {string.Join(" · ", paths.Select(path => Text(path.Path)))}</h3><p>{Text(documentation.Summary)}. {Text(documentation.Description)}</p>");
        WriteRows(page, "Parameters", documentation.Parameters.Select(parameter => (parameter.Name, $"in the {parameter.In}", parameter.Description)));
        WriteRows(page, "Body", Members(documentation.BodySchema));
        WriteRows(page, "Answer", Members(documentation.AnswerSchema));
        foreach (var example in documentation.Examples)
            WriteExample(page, route, example, needsKey && route.Key == KeyNeed.Everybody);

        page.Append("<details><summary>Errors</summary>");
        foreach (var error in DocumentedErrors.Of(route).OrderBy(error => error.Answer.Status))
            page.Append(CultureInfo.InvariantCulture, $"<p>{error.Answer.Status}: {Text(error.When)}</p><pre>{Text(System.Text.Encoding.UTF8.GetString(error.Answer.Body.Span))}</pre>");
        page.Append("</details>");
    }

    private static void WriteExample(StringBuilder page, DocumentedRoute route, RouteExample example, bool withKey)
    {
        var path = route.Documentation.Parameters.Where(parameter => parameter.In == "path")
            .Aggregate(route.Path, (path, parameter) => path.Replace($"{{{parameter.Name}}}", parameter.Example, StringComparison.Ordinal));
        var key = withKey ? " -H \"Authorization: Bearer $QUIVER_API_KEY\"" : "";
        var body = example.Body is null ? "" : $" -H 'Content-Type: application/json' -d '{example.Body.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        page.Append(CultureInfo.InvariantCulture, $"<p>Example: {Text(example.Name)}</p><pre>curl http://localhost:8000{Text(path + key + body)}\n\n{Text(example.Answer)}</pre>");
    }

    private static void WriteRows(StringBuilder page, string heading, IEnumerable<(string Name, string Kind, string Meaning)> rows)
    {
        var written = rows.Select(row => $"<tr><td><code>{Text(row.Name)}</code><td>{Text(row.Kind)}<td>{Text(row.Meaning)}").ToList();
        if (written.Count > 0)
            page.Append(CultureInfo.InvariantCulture, $"<table><tr><th>{heading}<th><th>{string.Concat(written)}</table>");
    }

    /// <summary>The members of an object's schema; none for anything else.</summary>
    private static IEnumerable<(string Name, string Kind, string Meaning)> Members(string? schema)
    {
        if (schema is null || !JsonDocument.Parse(schema).RootElement.TryGetProperty("properties", out var members))
            return [];
        return members.EnumerateObject().Select(member => (member.Name, Kind(member.Value), member.Value.TryGetProperty("description", out var meaning) ? meaning.GetString()! : ""));
    }

    private static string Kind(JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var choices))
            return string.Join(" or ", choices.EnumerateArray().Select(Kind).Distinct());
        if (schema.TryGetProperty("enum", out var values))
            return string.Join(", ", values.EnumerateArray().Select(value => value.GetRawText()));
        if (schema.TryGetProperty("const", out var value))
            return value.GetRawText();
        var type = schema.TryGetProperty("type", out var named) ? named.ValueKind == JsonValueKind.Array ? string.Join(" or ", named.EnumerateArray()) : named.GetString()! : "any";
        return type == "array" && schema.TryGetProperty("items", out var items) ? $"array of {Kind(items)}" : type;
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
