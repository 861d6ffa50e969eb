using System.Security.Cryptography;
using Microsoft.AspNetCore.Authorization;
using Quiver.Diagnostics;

namespace Quiver.Server.Auth;

/// <summary>Lets in only callers with the one configured key, except to endpoints that are marked anonymous. Unknown paths need the key too.</summary>
/// <remarks>Hashes are compared, in constant time, so that neither the key's bytes nor its length can be learnt from timing.</remarks>
internal sealed class ApiKeyGuard(string key)
{
    private const string Bearer = "Bearer ";

    private readonly byte[] _hash = Hash(key);

    /// <exception cref="QuiverException"><see cref="ErrorKind.Unauthorized"/>.</exception>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata is { } metadata
            && (metadata.GetMetadata<IAllowAnonymous>() is not null || metadata.GetMetadata<OpenToThisMachine>()?.IsCalledFromHere(context) == true))
            return next(context);

        var presented = Presented(context.Request.Headers);
        if (presented is not null && CryptographicOperations.FixedTimeEquals(Hash(presented), _hash))
            return next(context);

        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new QuiverException(ErrorKind.Unauthorized, presented is null
            ? "You didn't provide an API key. Send it in the header Authorization: Bearer YOUR_KEY."
            : "Incorrect API key provided.");
    }

    /// <summary>The Authorization header, with or without its scheme, or else X-API-Key.</summary>
    private static string? Presented(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            authorization = authorization[Bearer.Length..].Trim();
        if (authorization.Length > 0)
            return authorization;
        var plain = headers["X-API-Key"].ToString();
        return plain.Length > 0 ? plain : null;
    }

    private static byte[] Hash(string key) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
}
