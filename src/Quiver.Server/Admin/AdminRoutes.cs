using System.Globalization;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Hosting;

namespace Quiver.Server.Admin;

/// <summary>Users, keys, plans and what was changed of them, for administrators. See docs/accounts.md.</summary>
internal sealed class AdminRoutes(AccountService accounts, PlanPresets plans, BodyMemory bodyMemory)
{
    private const int MaxBodyBytes = 16 * 1024;
    private const int PageSize = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/admin").Needs(Access.Admin).WithMetadata(new BodyLimit(MaxBodyBytes));
        group.MapGet("/users", ListUsersAsync).WithMetadata(AdminDocumentation.ListUsers);
        group.MapPost("/users", CreateUserAsync).WithMetadata(AdminDocumentation.CreateUser);
        group.MapGet("/users/{user}", GetUserAsync).WithMetadata(AdminDocumentation.GetUser);
        group.MapPatch("/users/{user}", ChangeUserAsync).WithMetadata(AdminDocumentation.ChangeUser);
        group.MapDelete("/users/{user}/sessions", EndSessionsAsync).WithMetadata(AdminDocumentation.EndSessions);
        group.MapGet("/users/{user}/keys", ListKeysAsync).WithMetadata(AdminDocumentation.ListKeys);
        group.MapPost("/users/{user}/keys", CreateKeyAsync).WithMetadata(AdminDocumentation.CreateKey);
        group.MapDelete("/users/{user}/keys/{prefix}", RevokeKeyAsync).WithMetadata(AdminDocumentation.RevokeKey);
        group.MapGet("/plans", ListPlansAsync).WithMetadata(AdminDocumentation.ListPlans);
        group.MapGet("/audit", ListAuditAsync).WithMetadata(AdminDocumentation.ListAudit);
    }

    private async Task ListUsersAsync(HttpContext context)
    {
        var users = await accounts.Users.ListAsync(LimitOf(context), QueryText.Of(context.Request.Query, "after"), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => AdminJson.WriteList(json, "users", users, AdminJson.Write));
    }

    private async Task CreateUserAsync(HttpContext context)
    {
        var body = await ReadAsync(context, "email", "password", "plan", "admin", "key_prefix");
        var request = new NewUser(body.Required("email"), body.Text("password"), body.Text("plan") ?? Plan.Unlimited.Name, body.KeyPrefix("key_prefix"), body.Flag("admin") ?? false);
        var (user, key) = await accounts.Users.CreateAsync(request, Callers.Of(context).Scopes, ActorOf(context), context.RequestAborted);
        await WriteAsync(context, json =>
        {
            AdminJson.Write(json, user);
            WriteOnce(json, key);
        });
    }

    private async Task GetUserAsync(HttpContext context)
    {
        var user = await UserOfAsync(context);
        await WriteAsync(context, json => AdminJson.Write(json, user));
    }

    private async Task ChangeUserAsync(HttpContext context)
    {
        var body = await ReadAsync(context, "plan", "disabled", "password");
        var change = new UserChange(body.Text("plan"), body.Flag("disabled"), body.Text("password"));
        var user = await accounts.Users.ChangeAsync((await UserOfAsync(context)).Id, change, Callers.Of(context).Scopes, ActorOf(context), context.RequestAborted);
        await WriteAsync(context, json => AdminJson.Write(json, user));
    }

    private async Task EndSessionsAsync(HttpContext context)
    {
        await accounts.Sessions.LogOutAsync((await UserOfAsync(context)).Id, context.RequestAborted);
        await WriteAsync(context, json => json.WriteBoolean("ended"u8, true));
    }

    private async Task ListKeysAsync(HttpContext context)
    {
        var keys = await accounts.Keys.ListAsync((await UserOfAsync(context)).Id, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => AdminJson.WriteList(json, "keys", keys, AdminJson.Write));
    }

    private async Task CreateKeyAsync(HttpContext context)
    {
        var body = await ReadAsync(context, "name", "permissions", "expires_in_days", "key_prefix");
        var request = new KeyRequest(body.KeyPrefix("key_prefix"), body.Text("name") ?? "", body.Permissions("permissions") ?? Scopes.All, body.Days("expires_in_days"));
        var key = await accounts.Keys.CreateAsync((await UserOfAsync(context)).Id, request, Callers.Of(context).Scopes, ActorOf(context), context.RequestAborted);
        await WriteAsync(context, json =>
        {
            AdminJson.Write(json, key.Info);
            WriteOnce(json, key);
        });
    }

    private async Task RevokeKeyAsync(HttpContext context)
    {
        await accounts.Keys.RevokeAsync((await UserOfAsync(context)).Id, (string)context.GetRouteValue("prefix")!, Callers.Of(context).Scopes, ActorOf(context), context.RequestAborted);
        await WriteAsync(context, json => json.WriteBoolean("revoked"u8, true));
    }

    private Task ListPlansAsync(HttpContext context) => JsonAnswer.WriteAsync(context, json => AdminJson.WriteList(json, "plans", plans.All, AdminJson.Write));

    private async Task ListAuditAsync(HttpContext context)
    {
        var entries = await accounts.Audit.ListAsync(LimitOf(context), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => AdminJson.WriteList(json, "entries", entries, AdminJson.Write));
    }

    private async Task<AdminBody> ReadAsync(HttpContext context, params string[] known)
    {
        using var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted);
        return AdminBody.Read(body.Bytes, known);
    }

    private async Task<User> UserOfAsync(HttpContext context) =>
        await accounts.Users.FindAsync((string)context.GetRouteValue("user")!, context.RequestAborted) ?? throw new QuiverException(ErrorKind.NotFound, "There is no such user.");

    private static string ActorOf(HttpContext context) => Callers.Of(context).Tenant;

    private static int LimitOf(HttpContext context) => context.Request.Query["limit"] is [{ } text]
        ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= 1000
            ? limit
            : throw new QuiverException(ErrorKind.InvalidInput, "'limit' is a whole number from 1 to 1000.") { Parameter = "limit" }
        : PageSize;

    private static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> members)
    {
        // An answer may hold a key.
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        });
    }

    private static void WriteOnce(Utf8JsonWriter json, NewKey key)
    {
        json.WriteString("api_key"u8, key.Key);
        json.WriteString("api_key_prefix"u8, key.Info.Prefix);
    }
}
