using Quiver.Server.Auth;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>Who needs the server's key to call a route.</summary>
internal enum KeyNeed
{
    Everybody,

    /// <summary>Callers on other machines.</summary>
    Others,

    Nobody,
}

/// <summary>A route of this server with what is said about it.</summary>
/// <param name="Method">"GET" or "POST"; HEAD goes with GET.</param>
/// <param name="Path">As OpenAPI writes it: /v1/models/{id}.</param>
/// <param name="Renderer">Words its errors.</param>
/// <param name="Key">Of whom a server with a key wants it here.</param>
/// <param name="MaxBodyBytes">The largest body it reads.</param>
internal sealed record DocumentedRoute(string Method, string Path, RouteDocumentation Documentation, ErrorRenderer Renderer, KeyNeed Key, long MaxBodyBytes)
{
    /// <summary>The documented ones among <paramref name="endpoints"/>, in their order.</summary>
    /// <param name="standard">Words the errors of endpoints that name no renderer.</param>
    public static IReadOnlyList<DocumentedRoute> Of(IEnumerable<Endpoint> endpoints, ErrorRenderer standard) =>
    [
        .. from endpoint in endpoints.OfType<RouteEndpoint>()
           let documentation = endpoint.Metadata.GetMetadata<RouteDocumentation>()
           where documentation is not null && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null
           from method in Methods(endpoint)
           select new DocumentedRoute(
               method,
               PathOf(endpoint),
               documentation,
               endpoint.Metadata.GetMetadata<ErrorRenderer>() ?? standard,
               KeyNeedOf(endpoint),
               endpoint.Metadata.GetMetadata<BodyLimit>()?.MaxRequestBodySize ?? QuiverHost.MaxBodyBytes),
    ];

    private static KeyNeed KeyNeedOf(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<Access>() is { IsAnyone: true })
            return KeyNeed.Nobody;
        return endpoint.Metadata.GetMetadata<OpenToThisMachine>() is not null ? KeyNeed.Others : KeyNeed.Everybody;
    }

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
