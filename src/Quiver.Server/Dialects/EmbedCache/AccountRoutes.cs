using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.EmbedCache.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>The service's routes for signing up, logging in, and one's own keys. There with <c>--auth multi</c> alone.</summary>
internal sealed class AccountRoutes(AccountService accounts, BodyMemory bodyMemory, ServeOptions options)
{
    /// <summary>Of whoever signs up; an administrator gives another.</summary>
    private const string FirstPlan = "embedcache-free";

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1").WithMetadata(EmbedCacheErrorRenderer.Shared, new BodyLimit(options.EmbedCacheMaxPayload));
        group.MapPost("/auth/signup", SignUpAsync).Needs(Access.Anyone).WithMetadata(AccountDocumentation.SignUp);
        group.MapPost("/auth/login", LogInAsync).Needs(Access.Anyone).WithMetadata(AccountDocumentation.LogIn);
        group.MapPost("/keys", CreateKeyAsync).Needs(Access.Session).WithMetadata(AccountDocumentation.CreateKey);
        group.MapDelete("/keys/{key_prefix}", RevokeKeyAsync).Needs(Access.Session).WithMetadata(AccountDocumentation.RevokeKey);
    }

    private async Task SignUpAsync(HttpContext context)
    {
        var call = await ReadAsync(context, CredentialsBody.OfSignUp());
        if (!options.SignUp)
            throw new QuiverException(ErrorKind.Forbidden, "Signing up is closed on this server: its administrator makes accounts.");
        var request = new NewUser(call.Email, call.Password, FirstPlan, ApiKey.EmbedCachePrefix);
        var (user, key) = await accounts.SignUps.SignUpAsync(request, context.Connection.RemoteIpAddress, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("user_id"u8, user.Id);
            json.WriteString("api_key"u8, key.Key);
            json.WriteEndObject();
        });
    }

    private async Task LogInAsync(HttpContext context)
    {
        var call = await ReadAsync(context, CredentialsBody.OfLogIn());
        var session = await accounts.Sessions.LogInAsync(call.Email, call.Password, context.Connection.RemoteIpAddress, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("token"u8, session.Token);
            json.WriteNumber("expires_in"u8, (long)session.Lifetime.TotalSeconds);
            json.WriteEndObject();
        });
    }

    private async Task CreateKeyAsync(HttpContext context)
    {
        var caller = Callers.Of(context);
        var key = await accounts.Keys.CreateAsync(caller.Tenant, new KeyRequest(ApiKey.EmbedCachePrefix, "", caller.Scopes), caller.Scopes, actor: null, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("api_key"u8, key.Key);
            json.WriteString("prefix"u8, key.Info.Prefix);
            json.WriteEndObject();
        });
    }

    private async Task RevokeKeyAsync(HttpContext context)
    {
        try
        {
            await accounts.Keys.RevokeAsync(Callers.Of(context).Tenant, (string)context.Request.RouteValues["key_prefix"]!, Callers.Of(context).Scopes, actor: null, context.RequestAborted);
        }
        catch (QuiverException error) when (error.Kind == ErrorKind.NotFound)
        {
            throw new EmbedCacheException(404, "Key not found or already revoked");
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("revoked"u8, true);
            json.WriteEndObject();
        });
    }

    private async Task<CredentialsBody> ReadAsync(HttpContext context, CredentialsBody target)
    {
        using var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted);
        return EmbedCacheException.Bodies.Read(context.Request, body.Bytes, target);
    }
}
