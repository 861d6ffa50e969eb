using System.Globalization;
using System.Text.Json;

namespace Quiver.Server.Documentation;

/// <summary>The "responses" of one operation: its answer, and its errors by status. A request and its answer bear the same example name.</summary>
internal static class OpenApiAnswers
{
    private const string Json = "application/json";

    public static void Write(Utf8JsonWriter json, DocumentedRoute route)
    {
        json.WriteStartObject("responses"u8);
        WriteSuccess(json, route.Documentation);
        foreach (var status in DocumentedErrors.Of(route).GroupBy(error => error.Answer.Status).OrderBy(status => status.Key))
            WriteErrors(json, status.Key, [.. status]);
        json.WriteEndObject();
    }

    /// <summary>"content" of one media type, with its schema (null for none) and its named examples.</summary>
    public static void WriteContent(Utf8JsonWriter json, string type, string? schema, IReadOnlyList<(string Name, string Value)> examples)
    {
        json.WriteStartObject("content"u8);
        json.WriteStartObject(type);
        if (schema is not null)
        {
            json.WritePropertyName("schema"u8);
            json.WriteRawValue(schema);
        }

        json.WriteStartObject("examples"u8);
        foreach (var (name, value) in examples)
        {
            json.WriteStartObject(name);
            json.WritePropertyName("value"u8);
            if (IsJson(type))
                json.WriteRawValue(value);
            else
                json.WriteStringValue(value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteSuccess(Utf8JsonWriter json, RouteDocumentation documentation)
    {
        json.WriteStartObject("200"u8);
        json.WriteString("description"u8, documentation.Summary);
        if (documentation.AnswerType is { } type)
            WriteContent(json, type, documentation.AnswerSchema, [.. documentation.Examples.Select(example => (example.Name, example.Answer))]);
        json.WriteEndObject();
    }

    private static void WriteErrors(Utf8JsonWriter json, int status, IReadOnlyList<RouteError> errors)
    {
        json.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
        json.WriteString("description"u8, string.Join(" ", errors.Select(error => error.When).Distinct()));
        if (errors.Any(error => error.Answer.RetryAfter is not null))
            WriteRetryAfter(json);
        var withBody = errors.Where(error => error.Answer.ContentType is not null).ToList();
        if (withBody.Count > 0)
            WriteContent(json, withBody[0].Answer.ContentType!, null, [.. withBody.Select(error => (error.Name, System.Text.Encoding.UTF8.GetString(error.Answer.Body.Span)))]);
        json.WriteEndObject();
    }

    private static void WriteRetryAfter(Utf8JsonWriter json)
    {
        json.WriteStartObject("headers"u8);
        json.WriteStartObject("Retry-After"u8);
        json.WriteString("description"u8, "Seconds after which to try again."u8);
        json.WriteStartObject("schema"u8);
        json.WriteString("type"u8, "integer"u8);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static bool IsJson(string type) => type == Json || type.StartsWith(Json + ";", StringComparison.Ordinal);
}
