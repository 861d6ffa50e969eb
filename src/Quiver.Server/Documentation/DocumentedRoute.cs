using Microsoft.AspNetCore.Authorization;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>A route of this server with what is said about it.</summary>
/// <param name="Method">"GET" or "POST"; HEAD goes with GET.</param>
/// <param name="Path">As OpenAPI writes it: /v1/models/{id}.</param>
/// <param name="Renderer">Words its errors.</param>
/// <param name="Anonymous">Whether it needs no key.</param>
/// <param name="MaxBodyBytes">The largest body it reads.</param>
internal sealed record DocumentedRoute(string Method, string Path, RouteDocumentation Documentation, ErrorRenderer Renderer, bool Anonymous, long MaxBodyBytes)
{
    /// <summary>The documented ones among <paramref name="endpoints"/>, in their order.</summary>
    /// <param name="standard">Words the errors of endpoints that name no renderer.</param>
    public static IReadOnlyList<DocumentedRoute> Of(IEnumerable<Endpoint> endpoints, ErrorRenderer standard) =>
    [
        .. from endpoint in endpoints.OfType<RouteEndpoint>()
           let documentation = endpoint.Metadata.GetMetadata<RouteDocumentation>()
           where documentation is not null
           from method in Methods(endpoint)
           select new DocumentedRoute(
               method,
               PathOf(endpoint),
               documentation,
               endpoint.Metadata.GetMetadata<ErrorRenderer>() ?? standard,
               endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null,
               endpoint.Metadata.GetMetadata<BodyLimit>()?.MaxRequestBodySize ?? QuiverHost.MaxBodyBytes),
    ];

    private static IEnumerable<string> Methods(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Where(method => method != HttpMethods.Head);

    private static string PathOf(RouteEndpoint endpoint) => string.Concat(
        endpoint.RoutePattern.PathSegments.Select(segment => "/" + string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => throw new NotSupportedException($"The route {endpoint.RoutePattern.RawText} cannot be written as a path of OpenAPI."),
        })))) is { Length: > 0 } path ? path : "/";
}
