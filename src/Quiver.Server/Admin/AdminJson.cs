using System.Text.Json;
using Quiver.Accounts;
using Quiver.Accounts.Keys;
using Quiver.Accounts.Users;
using Quiver.Limits;

namespace Quiver.Server.Admin;

/// <summary>How answers of the admin API write things. Member by member: nothing is told that does not stand here.</summary>
internal static class AdminJson
{
    public static void Write(Utf8JsonWriter json, User user)
    {
        json.WriteString("id"u8, user.Id);
        json.WriteString("email"u8, user.Email);
        json.WriteString("plan"u8, user.Plan);
        json.WriteBoolean("admin"u8, user.IsAdmin);
        json.WriteBoolean("disabled"u8, user.IsDisabled);
        json.WriteString("created_at"u8, user.CreatedAt);
    }

    public static void Write(Utf8JsonWriter json, KeyInfo key)
    {
        json.WriteString("id"u8, key.Id);
        json.WriteString("user_id"u8, key.UserId);
        json.WriteString("name"u8, key.Name);
        json.WriteString("prefix"u8, key.Prefix);
        json.WriteStartArray("permissions"u8);
        foreach (var scope in ScopeNames.Of(key.Scopes))
            json.WriteStringValue(scope);
        json.WriteEndArray();
        json.WriteString("created_at"u8, key.CreatedAt);
        Write(json, "expires_at", key.ExpiresAt);
        Write(json, "revoked_at", key.RevokedAt);
        Write(json, "last_used_at", key.LastUsedAt);
        json.WriteNumber("usage_count"u8, key.UsageCount);
    }

    public static void Write(Utf8JsonWriter json, Plan plan)
    {
        json.WriteString("name"u8, plan.Name);
        json.WriteString("short_name"u8, plan.ShortName);
        json.WriteBoolean("own_provider_only"u8, plan.OwnProviderOnly);
        json.WriteStartArray("limits"u8);
        foreach (var window in plan.Windows)
        {
            json.WriteStartObject();
            json.WriteNumber("limit"u8, window.Limit);
            json.WriteString("unit"u8, window.Unit.ToString().ToLowerInvariant());
            json.WriteString("period"u8, window.Period.ToString().ToLowerInvariant());
            json.WriteString("per"u8, PerOf(window.Scope));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, AuditEntry entry)
    {
        json.WriteString("at"u8, entry.At);
        json.WriteString("actor"u8, entry.Actor);
        json.WriteString("action"u8, entry.Action);
        json.WriteString("subject"u8, entry.Subject);
        json.WriteString("detail"u8, entry.Detail);
    }

    /// <summary>A list under one name.</summary>
    public static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartObject();
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteString(name, value);
        else
            json.WriteNull(name);
    }

    private static string PerOf(RateScope scope) => scope switch
    {
        RateScope.Tenant => "user",
        RateScope.Key => "key",
        RateScope.Address => "address",
        _ => "key and address",
    };
}
