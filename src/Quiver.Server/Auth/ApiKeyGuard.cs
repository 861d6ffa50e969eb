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

        var headers = context.Request.Headers;
        var (authorization, plain) = (KeyOf(headers.Authorization.ToString()), headers["X-API-Key"].ToString());
        // Each by itself: Authorization may be there for a proxy in front, with a scheme of its own.
        if (IsKey(authorization) || IsKey(plain))
            return next(context);

        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new QuiverException(ErrorKind.Unauthorized, authorization.Length + plain.Length == 0
            ? "You didn't provide an API key. Send it in the header Authorization: Bearer YOUR_KEY."
            : "Incorrect API key provided.");
    }

    /// <summary>What an Authorization header holds, with or without its scheme.</summary>
    private static string KeyOf(string authorization) =>
        authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : authorization;

    private bool IsKey(string presented) => presented.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(presented), _hash);

    private static byte[] Hash(string key) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
}
