using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>The errors of a route, each rendered by the route's own dialect from an error as the engine would raise it.</summary>
internal static class DocumentedErrors
{
    public static IReadOnlyList<RouteError> Of(DocumentedRoute route) =>
    [
        .. route.Documentation.DialectErrors,
        .. Kinds(route).Distinct().Select(kind => Render(kind, route.Renderer)),
        .. Faults(route).Select(fault => new RouteError(fault.Name, fault.When, route.Renderer.Render(fault.Fault))),
    ];

    private static IEnumerable<ErrorKind> Kinds(DocumentedRoute route) =>
    [
        .. route.Documentation.Errors,
        // The guards stand before every route, the memory of bodies and the queue before those that read one.
        .. route.Key == KeyNeed.Nobody ? [] : new[] { ErrorKind.Unauthorized },
        ErrorKind.Forbidden,
        .. route.Documentation.BodySchema is null ? [] : new[] { ErrorKind.InvalidInput, ErrorKind.Overloaded, ErrorKind.Unavailable, ErrorKind.Internal },
    ];

    private static RouteError Render(ErrorKind kind, ErrorRenderer renderer)
    {
        var (name, when, error) = Describe(kind);
        return new RouteError(name, when, renderer.Render(error));
    }

    private static (string Name, string When, QuiverException Error) Describe(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => ("invalid", "A member has a value that cannot be.", new(kind, "Invalid value for 'dimensions': 0. This model gives 1 to 384.") { Parameter = "dimensions" }),
        ErrorKind.InputTooLong => ("too long", "A text has more tokens than the model takes, and was not to be cut.", new(kind, "An input has 300 tokens; 256 are taken.") { Parameter = "input", InputIndex = 0, Tokens = 300, TokenLimit = 256 }),
        ErrorKind.RequestTooLarge => ("too many tokens", "All texts together have too many tokens.", new(kind, "Requested 310000 tokens, max 300000 tokens per request") { Tokens = 310_000, TokenLimit = 300_000 }),
        ErrorKind.Unauthorized => ("no key", "The server has a key, and the request none or another.", new(kind, "You didn't provide an API key. Send it in the header Authorization: Bearer YOUR_KEY.")),
        ErrorKind.Forbidden => ("foreign page", "The server has no key, and the request names another host or comes from a page of another site.", new(kind, "This server runs without a key and does not answer web pages of other sites.")),
        ErrorKind.ModelNotFound => ("unknown model", "No model of that name is served.", new(kind, "The model 'other' does not exist here. Served: all-MiniLM-L6-v2.") { Parameter = "model" }),
        ErrorKind.NotFound => ("not found", "Nothing of that id is yours.", new(kind, "There is no such key.")),
        ErrorKind.Conflict => ("conflict", "The request contradicts what is there.", new(kind, "A user of that address exists already.")),
        ErrorKind.QuotaExceeded => ("quota", "A limit of the plan is used up; Retry-After says when it is free again.", new(kind, "The limit of 60 requests a minute is used up.") { RetryAfter = TimeSpan.FromSeconds(12) }),
        ErrorKind.ProviderFailed => ("provider", "The caller's own provider failed.", new(kind, "The provider did not answer as it should.")),
        ErrorKind.Overloaded => ("overloaded", "More waits than can be computed soon; Retry-After says when to come back.", new(kind, "More is waiting than can be computed soon. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(2) }),
        ErrorKind.Unavailable => ("stopping", "The server stops, or the request took too long.", new(kind, "The server is stopping.")),
        ErrorKind.Internal => ("fault", "A fault of the server; its log has more under the request id.", new(kind, "")),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "An error kind that is not documented."),
    };

    private static IEnumerable<(string Name, string When, HttpFault Fault)> Faults(DocumentedRoute route) => route.Documentation.BodySchema is null
        ? []
        :
        [
            ("slow body", "The body trickles.", new HttpFault(408, "The body of the request did not arrive in time.")),
            ("large body", "The body is larger than the route takes.", new HttpFault(413, $"The body of the request is larger than {route.MaxBodyBytes} bytes. Send fewer inputs at a time.") { Limit = route.MaxBodyBytes }),
        ];
}
