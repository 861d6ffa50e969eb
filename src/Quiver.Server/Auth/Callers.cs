using Quiver.Accounts;

namespace Quiver.Server.Auth;

/// <summary>Who makes a request, once a guard has let it in.</summary>
internal static class Callers
{
    /// <summary>Of a server without accounts, <see cref="Caller.SingleUser"/>.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Caller.SingleUser;

    public static void Set(HttpContext context, Caller caller) => context.Features.Set(caller);
}
