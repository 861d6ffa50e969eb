using System.Net;

namespace Quiver.Server.Auth;

/// <summary>What is open to callers on this machine alone; as endpoint metadata: they need no key here.</summary>
/// <param name="trustedProxies">Whoever calls from there speaks for others, whatever the address.</param>
internal sealed class OpenToThisMachine(IReadOnlyList<IPNetwork> trustedProxies)
{
    /// <summary>Whether the request's endpoint is open to callers on this machine, and it is from one.</summary>
    public static bool IsMet(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenToThisMachine>()?.IsCalledFromHere(context) == true;

    /// <summary>Whether a request was made on this machine. One that a proxy here passes on may come from anywhere.</summary>
    /// <remarks>A proxy that adds no header of its own and is not listed looks like any other program here.</remarks>
    public bool IsCalledFromHere(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller))
            return false;
        // Where the caller's address was taken from a header, X-Original-For tells of it: without that it is the peer's own.
        var plain = caller.IsIPv4MappedToIPv6 ? caller.MapToIPv4() : caller;
        return !trustedProxies.Any(network => network.Contains(caller) || network.Contains(plain))
            && !context.Request.Headers.Any(header => IsOfProxies(header.Key));
    }

    private static bool IsOfProxies(string header) =>
        header.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Via", StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Real-IP", StringComparison.OrdinalIgnoreCase);
}
