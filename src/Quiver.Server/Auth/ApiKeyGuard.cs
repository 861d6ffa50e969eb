using System.Security.Cryptography;
using Quiver.Diagnostics;

namespace Quiver.Server.Auth;

/// <summary>Lets in only callers with the one configured key, except to endpoints that are open to anyone. Unknown paths need the key too.</summary>
/// <remarks>Hashes are compared, in constant time, so that neither the key's bytes nor its length can be learnt from timing.</remarks>
/// <param name="fromQuery">Whether it may stand in the query.</param>
internal sealed class ApiKeyGuard(string key, bool fromQuery)
{
    private readonly byte[] _hash = Hash(key);

    /// <exception cref="QuiverException"><see cref="ErrorKind.Unauthorized"/>.</exception>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var presented = Credentials.Of(context.Request, fromQuery);
        if (EndpointAccess.Of(context).IsAnyone || OpenToThisMachine.IsMet(context)
            || IsKey(presented.Authorization) || IsKey(presented.Header) || IsKey(presented.Query))
            return next(context);
        throw AuthErrors.Unauthorized(context, presented);
    }

    /// <summary>Whether a text is the key.</summary>
    public bool IsKey(string presented) => presented.Length > 0 && CryptographicOperations.FixedTimeEquals(Hash(presented), _hash);

    private static byte[] Hash(string key) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key));
}
