using System.Net;

namespace Quiver.Server.Auth;

/// <summary>Endpoint metadata: callers on this machine need no key here.</summary>
internal sealed class OpenToThisMachine
{
    public static readonly OpenToThisMachine Instance = new();

    private OpenToThisMachine()
    {
    }

    /// <summary>Whether a request was made on this machine. One that a proxy here passes on may come from anywhere.</summary>
    public static bool IsCalledFromHere(HttpContext context)
    {
        var headers = context.Request.Headers;
        return context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
            && !headers.ContainsKey("Forwarded") && !headers.ContainsKey("X-Forwarded-For") && !headers.ContainsKey("X-Real-IP") && !headers.ContainsKey("Via");
    }
}
