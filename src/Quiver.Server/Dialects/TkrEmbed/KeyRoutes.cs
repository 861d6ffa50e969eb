using System.Globalization;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>The service's routes for an administrator's keys: they are those of the user who makes them. There with <c>--auth multi</c> alone.</summary>
internal sealed class KeyRoutes(AccountService accounts, BodyMemory bodyMemory, TimeProvider time)
{
    private const int MaxBodyBytes = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/admin/api-keys").WithMetadata(TkrEmbedErrorRenderer.Shared, new BodyLimit(MaxBodyBytes)).Needs(Access.Admin);
        group.MapPost("", CreateAsync).WithMetadata(AdminDocumentation.CreateKey);
        group.MapGet("", ListAsync).WithMetadata(AdminDocumentation.ListKeys);
        group.MapDelete("", RevokeAsync).WithMetadata(AdminDocumentation.RevokeKey);
    }

    private async Task CreateAsync(HttpContext context)
    {
        NewKeyBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = TkrEmbedException.Bodies.Read(context.Request, body.Bytes, new NewKeyBody());

        var caller = Callers.Of(context);
        var key = await accounts.Keys.CreateAsync(caller.Tenant, new KeyRequest(ApiKey.TkrEmbedPrefix, call.Name, call.Scopes, call.Lifetime), caller.Scopes, caller.Tenant, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("api_key"u8, key.Key);
            json.WriteString("name"u8, key.Info.Name);
            WritePermissions(json, key.Info);
            WriteTime(json, "expires_at"u8, key.Info.ExpiresAt);
            json.WriteString("message"u8, $"API key '{key.Info.Name}' created successfully");
            json.WriteEndObject();
        });
    }

    private async Task ListAsync(HttpContext context)
    {
        var keys = await accounts.Keys.ListAsync(userId: null, context.RequestAborted);
        var now = time.GetUtcNow();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartArray();
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, key.Name);
                WritePermissions(json, key);
                WriteTime(json, "created_at"u8, key.CreatedAt);
                WriteTime(json, "last_used_at"u8, key.LastUsedAt);
                WriteTime(json, "expires_at"u8, key.ExpiresAt);
                json.WriteNumber("usage_count"u8, key.UsageCount);
                json.WriteBoolean("is_valid"u8, key.RevokedAt is null && !(key.ExpiresAt <= now));
                json.WriteString("key_prefix"u8, key.Prefix + "...");
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }

    private async Task RevokeAsync(HttpContext context)
    {
        RevokedKeyBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = TkrEmbedException.Bodies.Read(context.Request, body.Bytes, new RevokedKeyBody());

        var owner = await accounts.FindByKeyAsync(call.Key, context.RequestAborted) ?? throw NoSuchKey();
        try
        {
            await accounts.Keys.RevokeAsync(owner.Tenant, ApiKey.ShownPart(call.Key), Callers.Of(context).Scopes, Callers.Of(context).Tenant, context.RequestAborted);
        }
        catch (QuiverException error) when (error.Kind == ErrorKind.NotFound)
        {
            throw NoSuchKey();
        }

        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("message"u8, "API key revoked successfully"u8);
            json.WriteEndObject();
        });
    }

    private static TkrEmbedException NoSuchKey() => new(TkrEmbedError.Http(404, "API key not found"));

    private static void WritePermissions(Utf8JsonWriter json, KeyInfo key)
    {
        json.WriteStartArray("permissions"u8);
        foreach (var name in ScopeNames.Of(key.Scopes))
            json.WriteStringValue(name);
        json.WriteEndArray();
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } at)
            json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
        else
            json.WriteNull(name);
    }
}
