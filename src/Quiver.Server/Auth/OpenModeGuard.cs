using Microsoft.Extensions.Primitives;
using Quiver.Diagnostics;

namespace Quiver.Server.Auth;

/// <summary>
/// Without a key, lets in only what comes from this machine and names it: nothing that a proxy passes on, no page of a foreign site, and no
/// name that was rebound to a loopback address.
/// </summary>
internal sealed class OpenModeGuard(OpenToThisMachine thisMachine)
{
    private static readonly string[] LocalHosts = ["localhost", "127.0.0.1", "[::1]"];

    /// <exception cref="QuiverException"><see cref="ErrorKind.Forbidden"/>.</exception>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsLocal(context.Request.Host.Host))
            throw new QuiverException(ErrorKind.Forbidden, "This server runs without a key and answers only to the names localhost, 127.0.0.1 and [::1]. Start it with an API key to serve other names.");
        if (!IsLocalOrNone(context.Request.Headers.Origin))
            throw new QuiverException(ErrorKind.Forbidden, "This server runs without a key and does not answer web pages of other sites.");
        if (!thisMachine.IsCalledFromHere(context))
            throw new QuiverException(ErrorKind.Forbidden, "This server runs without a key and answers nothing that a proxy passes on. Start it with an API key (QUIVER_API_KEY) to serve callers behind a proxy.");
        return next(context);
    }

    /// <summary>Whether an origin, as a browser writes it, is a page of this machine.</summary>
    public static bool IsLocalOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && IsLocal(uri.Host);

    private static bool IsLocalOrNone(StringValues origins) => origins.Count == 0 || (origins is [{ } only] && IsLocalOrigin(only));

    private static bool IsLocal(string host) => LocalHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
}
