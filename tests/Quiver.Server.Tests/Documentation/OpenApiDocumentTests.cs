using System.Net;
using System.Text.Json;
using Quiver.Server.Configuration;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

/// <summary>The document as a stranger's tools read it: well formed, true to itself, and true to the server.</summary>
public sealed class OpenApiDocumentTests
{
    private const string Key = "0123456789abcdef-key";

    [Theory]
    [InlineData("/openapi.json")]
    [InlineData("/api-doc/openapi.json")]
    public async Task It_is_open_to_all_and_the_same_where_TEI_has_it(string path)
    {
        await using var server = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var answer = await server.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        Assert.Equal((await server.GetAsync("/openapi.json")).Bytes, answer.Bytes);
    }

    [Fact]
    public async Task Its_parts_fit_together()
    {
        await using var server = await TestServer.StartAsync();
        var document = (await server.GetAsync("/openapi.json")).Json;
        var operations = DocumentedOperation.Of(document);

        Assert.StartsWith("3.1.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.False(string.IsNullOrEmpty(document.GetProperty("info").GetProperty("version").GetString()));
        Assert.Distinct(operations.Select(operation => operation.Json.GetProperty("operationId").GetString()));
        Assert.All(operations, operation => CheckPlaces(operation, document));
        Assert.DoesNotContain("$ref", document.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_examples_conform_to_its_schemas()
    {
        await using var server = await TestServer.StartAsync();
        var operations = DocumentedOperation.Of((await server.GetAsync("/openapi.json")).Json);

        Assert.All(operations, operation =>
        {
            if (operation.Body is { } body)
                Assert.All(DocumentedOperation.Examples(body), example => AssertConforms(operation.Name, example.Value, body));
            Assert.All(operation.Answers, answer =>
            {
                if (DocumentedOperation.Content(answer.Json) is { } content)
                    Assert.All(DocumentedOperation.Examples(content.Json), example => AssertConforms($"{operation.Name} {answer.Status}", example.Value, content.Json));
            });
        });
    }

    [Fact]
    public async Task Its_examples_are_answered_as_it_says_by_the_program_with_its_own_model()
    {
        await using var server = await ServerProgram.StartAsync();
        var document = await Answer.OfAsync(server.Client, new HttpRequestMessage(HttpMethod.Get, "/openapi.json"));

        foreach (var operation in DocumentedOperation.Of(document.Json))
        {
            var content = DocumentedOperation.Content(operation.Answers.Single(answer => answer.Status == 200).Json);
            var bodies = operation.Body is { } body ? DocumentedOperation.Examples(body).ToDictionary(example => example.Name, example => (JsonElement?)example.Value) : new() { ["none"] = null };
            foreach (var (name, sent) in bodies)
            {
                var answer = await Answer.OfAsync(server.Client, operation.Request(sent));
                Assert.True(answer.Status == HttpStatusCode.OK, $"{operation.Name}, {name}: {(int)answer.Status}");
                Assert.Equal(content?.Type, answer.Header("Content-Type"));
                if (content is not { Type: "application/json" } json)
                    continue;
                AssertConforms(operation.Name, answer.Json, json.Json);
                var documented = DocumentedOperation.Examples(json.Json).First(example => sent is null || example.Name == name).Value;
                Assert.True(Resembles(documented, answer.Json), $"{operation.Name}, {name}: the answer lacks members of the documented one.");
            }
        }
    }

    [Fact]
    public async Task A_server_with_a_key_says_which_routes_need_it()
    {
        await using var open = await TestServer.StartAsync();
        await using var keyed = await TestServer.StartAsync(new ServeOptions { ApiKey = Key });
        var withoutKey = DocumentedOperation.Of((await open.GetAsync("/openapi.json")).Json);
        var withKey = DocumentedOperation.Of((await keyed.GetAsync("/openapi.json")).Json);

        Assert.DoesNotContain(withoutKey, operation => operation.Json.TryGetProperty("security", out _));
        foreach (var operation in withKey)
        {
            var refused = (await keyed.SendAsync(operation.Request(null))).Status == HttpStatusCode.Unauthorized;
            var needed = operation.Json.TryGetProperty("security", out var schemes) && schemes.EnumerateArray().All(scheme => scheme.EnumerateObject().Any());
            Assert.True(refused == needed, operation.Name);
        }
    }

    private static void CheckPlaces(DocumentedOperation operation, JsonElement document)
    {
        Assert.StartsWith("/", operation.Path, StringComparison.Ordinal);
        var inPath = operation.Path.Split('{').Skip(1).Select(part => part[..part.IndexOf('}', StringComparison.Ordinal)]);
        Assert.Equal(inPath, operation.Parameters.Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString()!));
        Assert.Contains(operation.Json.GetProperty("tags")[0].GetString(), document.GetProperty("tags").EnumerateArray().Select(tag => tag.GetProperty("name").GetString()));
        Assert.Contains(operation.Answers, answer => answer.Status == 200);
        Assert.Contains(operation.Answers, answer => answer.Status >= 400);
        Assert.All(operation.Answers, answer => Assert.False(string.IsNullOrWhiteSpace(answer.Json.GetProperty("description").GetString())));
    }

    private static void AssertConforms(string what, JsonElement value, JsonElement media)
    {
        if (media.TryGetProperty("schema", out var schema))
            Assert.True(JsonSchema.Violations(value, schema) is [], $"{what}: {string.Join("; ", JsonSchema.Violations(value, schema))}");
    }

    /// <summary>Whether an answer has every member that the documented one has, with the same kind of value.</summary>
    private static bool Resembles(JsonElement documented, JsonElement answered) => documented.ValueKind switch
    {
        JsonValueKind.Object => answered.ValueKind == JsonValueKind.Object
            && documented.EnumerateObject().All(member => answered.TryGetProperty(member.Name, out var there) && Resembles(member.Value, there)),
        JsonValueKind.Array => answered.ValueKind == JsonValueKind.Array && (documented.GetArrayLength() == 0 || (answered.GetArrayLength() > 0 && Resembles(documented[0], answered[0]))),
        JsonValueKind.True or JsonValueKind.False => answered.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => documented.ValueKind == answered.ValueKind,
    };
}
