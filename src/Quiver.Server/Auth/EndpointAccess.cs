namespace Quiver.Server.Auth;

/// <summary>Puts <see cref="Access"/> on endpoints, and finds those that were forgotten.</summary>
internal static class EndpointAccess
{
    public static TBuilder Needs<TBuilder>(this TBuilder endpoints, Access access)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(access);

    /// <summary>What the request's endpoint needs. A path that nothing answers needs a key too: strangers learn nothing of which there are.</summary>
    public static Access Of(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<Access>() ?? Access.SessionOrKey(Accounts.Scopes.All);

    /// <exception cref="InvalidOperationException">An endpoint does not say who may call it.</exception>
    public static void RequireEverywhere(IEnumerable<Endpoint> endpoints)
    {
        if (endpoints.FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<Access>() is null) is { } forgotten)
            throw new InvalidOperationException($"The endpoint {forgotten.DisplayName} does not say who may call it: .Needs(Access.…).");
    }
}
