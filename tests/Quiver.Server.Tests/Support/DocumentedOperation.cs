using System.Net.Http.Headers;
using System.Text.Json;

namespace Quiver.Server.Tests.Support;

/// <summary>One operation of an OpenAPI document, as a reader of the document sees it.</summary>
internal sealed record DocumentedOperation(string Method, string Path, JsonElement Json)
{
    public static IReadOnlyList<DocumentedOperation> Of(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from operation in path.Value.EnumerateObject()
           select new DocumentedOperation(operation.Name.ToUpperInvariant(), path.Name, operation.Value),
    ];

    public string Name => $"{Method} {Path}";

    public IEnumerable<JsonElement> Parameters => Json.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray() : [];

    public JsonElement? Body => Json.TryGetProperty("requestBody", out var body) ? body.GetProperty("content").GetProperty("application/json") : null;

    public IEnumerable<(int Status, JsonElement Json)> Answers =>
        Json.GetProperty("responses").EnumerateObject().Select(answer => (int.Parse(answer.Name, null), answer.Value));

    /// <summary>The one media type of an answer's content, or null where it has no body.</summary>
    public static (string Type, JsonElement Json)? Content(JsonElement answer) =>
        answer.TryGetProperty("content", out var content) ? (content.EnumerateObject().Single().Name, content.EnumerateObject().Single().Value) : null;

    public static IEnumerable<(string Name, JsonElement Value)> Examples(JsonElement media) =>
        media.GetProperty("examples").EnumerateObject().Select(example => (example.Name, example.Value.GetProperty("value")));

    /// <summary>The request of an example, with the documented values in its path; null as body for none.</summary>
    public HttpRequestMessage Request(JsonElement? body)
    {
        var path = Parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path")
            .Aggregate(Path, (path, parameter) => path.Replace($"{{{parameter.GetProperty("name")}}}", parameter.GetProperty("example").GetString(), StringComparison.Ordinal));
        var request = new HttpRequestMessage(new HttpMethod(Method), path);
        if (body is { } json)
            request.Content = new StringContent(json.GetRawText(), System.Text.Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        return request;
    }
}
