using Quiver.Accounts;
using Quiver.Accounts.Sessions;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;

namespace Quiver.Server.Auth;

/// <summary>Lets in users by their keys and sessions, as each endpoint asks, and notes who it is. Unknown paths need a key or a session too.</summary>
/// <remarks>
/// An unknown key, a revoked one, an expired one, one of a disabled user, and a key where a session is due or the reverse: all of them get one
/// answer. Authorization is judged by the endpoint that routing has chosen, never by the path.
/// </remarks>
/// <param name="master">Opens everything, as the operator; null for none.</param>
/// <param name="fromQuery">Whether a key may stand in the query.</param>
internal sealed class AccountGuard(AccountService accounts, ApiKeyGuard? master, bool fromQuery)
{
    private static readonly Caller Operator = new(User.OperatorId, Plan.Unlimited, Scopes.All);

    /// <exception cref="QuiverException"><see cref="ErrorKind.Unauthorized"/>, <see cref="ErrorKind.Forbidden"/>, <see cref="ErrorKind.Unavailable"/>.</exception>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var presented = Credentials.Of(context.Request, fromQuery);
        var access = EndpointAccess.Of(context);
        return access.IsAnyone || OpenToThisMachine.IsMet(context) ? next(context) : AuthorizeAsync(context, presented, access, next);
    }

    private async Task AuthorizeAsync(HttpContext context, Credentials presented, Access access, RequestDelegate next)
    {
        var caller = await FindAsync(presented.Authorization, access, context.RequestAborted)
            ?? await FindAsync(presented.Header, access, context.RequestAborted)
            ?? await FindAsync(presented.Query, access, context.RequestAborted)
            ?? throw AuthErrors.Unauthorized(context, presented);
        if (!caller.May(access.Scopes))
            throw new QuiverException(ErrorKind.Forbidden, $"Permission '{ScopeNames.Of(access.Scopes)[0]}' required");
        Callers.Set(context, caller);
        await next(context);
    }

    private ValueTask<Caller?> FindAsync(string presented, Access access, CancellationToken cancellationToken)
    {
        if (presented.Length == 0)
            return default;
        if (SessionTokens.LooksLikeOne(presented))
            return access.TakesSession ? accounts.Sessions.FindAsync(presented, cancellationToken) : default;
        if (!access.TakesKey)
            return default;
        return master?.IsKey(presented) == true ? new(Operator) : accounts.FindByKeyAsync(presented, cancellationToken);
    }
}
