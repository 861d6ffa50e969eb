using Microsoft.AspNetCore.Routing;
using Quiver.Server.Dialects.OpenAi;
using Quiver.Server.Documentation;
using Quiver.Server.Tests.Support;

namespace Quiver.Server.Tests.Documentation;

public sealed class RouteDocumentationTests
{
    [Fact]
    public async Task Every_route_is_documented_with_a_summary_examples_and_its_errors()
    {
        await using var server = await TestServer.StartAsync();
        var endpoints = server.Endpoints.OfType<RouteEndpoint>().ToList();
        var undocumented = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<RouteDocumentation>() is null).ToList();
        Assert.Equal(["/embed_sparse", "/rerank", "/predict", "/embed/image", "/embed/multimodal"], undocumented.Select(endpoint => endpoint.RoutePattern.RawText));
        Assert.All(undocumented, endpoint => Assert.NotNull(endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()));

        var routes = DocumentedRoute.Of(endpoints, OpenAiErrorRenderer.Shared);
        Assert.Contains(routes, route => route is { Method: "POST", Path: "/v1/embeddings" });
        Assert.All(routes, Check);
    }

    private static void Check(DocumentedRoute route)
    {
        var documentation = route.Documentation;
        Assert.NotEmpty(documentation.Group);
        Assert.Matches("^[A-Z].*[^.]$", documentation.Summary);
        Assert.NotEmpty(documentation.Examples);
        Assert.NotEmpty(DocumentedErrors.Of(route));
        Assert.Equal(documentation.BodySchema is null, documentation.Examples.All(example => example.Body is null));
        Assert.True(route.Method is "GET" or "DELETE" || documentation.BodySchema is not null, $"{route.Method} {route.Path} says nothing of its body.");
    }
}
