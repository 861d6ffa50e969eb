namespace Quiver.Server.Auth;

/// <summary>What a request presents, each by itself: Authorization may be there for a proxy in front, with a scheme of its own.</summary>
/// <param name="Authorization">With or without the scheme "Bearer"; empty for none.</param>
/// <param name="Header">X-API-Key; empty for none.</param>
/// <param name="Query">The parameter <c>api_key</c>, where it is switched on; empty for none.</param>
internal readonly record struct Credentials(string Authorization, string Header, string Query)
{
    private const string Bearer = "Bearer ";
    private const string QueryParameter = "api_key";

    public bool AreNone => Authorization.Length + Header.Length + Query.Length == 0;

    /// <param name="fromQuery">Whether the query counts. What it presents is taken out of it then: nothing behind sees it.</param>
    public static Credentials Of(HttpRequest request, bool fromQuery) =>
        new(WithoutScheme(request.Headers.Authorization.ToString()), request.Headers["X-API-Key"].ToString(), fromQuery ? TakeFromQuery(request) : "");

    private static string WithoutScheme(string authorization) =>
        authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : authorization;

    private static string TakeFromQuery(HttpRequest request)
    {
        if (!request.Query.TryGetValue(QueryParameter, out var key))
            return "";
        request.QueryString = QueryString.Create(request.Query.Where(pair => !pair.Key.Equals(QueryParameter, StringComparison.OrdinalIgnoreCase)));
        return key.ToString();
    }
}
