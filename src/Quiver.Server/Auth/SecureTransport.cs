namespace Quiver.Server.Auth;

/// <summary>Refuses what comes over plain HTTP (426), before a key is looked at; health and documentation are answered either way.</summary>
/// <remarks>A key that was sent in the clear is known to whoever listened: a redirect would only hide that.</remarks>
internal static class SecureTransport
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Of a listed proxy that says so, the scheme is that of its own caller.
        if (context.Request.IsHttps || (context.GetEndpoint() is not null && EndpointAccess.Of(context).IsAnyone))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
        context.Response.Headers.Upgrade = "TLS/1.2, HTTP/1.1";
        context.Response.Headers.Connection = "Upgrade";
        return Task.CompletedTask;
    }
}
