using System.Globalization;
using System.Text.Json;
using Quiver.Caching;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>What the cache holds, and clearing it, for administrators.</summary>
internal static class CacheRoutes
{
    private const string Path = "/admin/cache";

    private static readonly RouteDocumentation ShowDocumentation = new("Server", "Tell what the cache holds")
    {
        Description = "Of this server's memory and of the database tier, by tenant and model. Redis does not tell.",
        AnswerSchema = """
            {"type":"object","required":["lines"],"properties":{"lines":{"type":"array","items":{"type":"object","required":["tier","tenant","model","entries","bytes"],"properties":{
              "tier":{"type":"string"},"tenant":{"type":["string","null"],"description":"null for what tenants share; empty for the single user."},"model":{"type":"string"},
              "entries":{"type":"integer"},"bytes":{"type":"integer"}}}}}}
            """,
        Examples = [new("all", null, """{"lines":[{"tier":"memory","tenant":"","model":"all-MiniLM-L6-v2","entries":1,"bytes":1832}]}""")],
    };

    private static readonly RouteDocumentation ClearDocumentation = new("Server", "Forget cached vectors")
    {
        Description = "In every tier; with no condition everything, else what fits each one given. A tier that is away is an error, and what is above it is left as it is. Another server's memory is its own to clear.",
        Parameters =
        [
            new("tenant", "query", "Only this tenant's. Empty for the single user's.", "usr_0123456789abcdef01234567"),
            new("shared", "query", "true for only what tenants share.", "true"),
            new("model", "query", "Only of the model of this name.", "all-MiniLM-L6-v2"),
            new("older_than", "query", "Only what was computed so many seconds ago, or longer.", "86400"),
        ],
        AnswerSchema = """
            {"type":"object","required":["cleared"],"properties":{"cleared":{"type":"object","additionalProperties":{"type":"integer"},"description":"Entries, by tier."}}}
            """,
        Examples = [new("everything", null, """{"cleared":{"memory":1}}""")],
        Errors = [ErrorKind.InvalidInput],
    };

    public static void Map(IEndpointRouteBuilder routes, TieredCache cache, TimeProvider time)
    {
        var group = routes.MapGroup("").Needs(Access.Admin);
        group.MapGet(Path, context => ShowAsync(context, cache)).WithMetadata(ShowDocumentation);
        group.MapDelete(Path, context => ClearAsync(context, cache, time)).WithMetadata(ClearDocumentation);
    }

    private static async Task ShowAsync(HttpContext context, TieredCache cache)
    {
        var lines = await cache.StatisticsAsync(context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("lines"u8);
            foreach (var line in lines)
                Write(json, line);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task ClearAsync(HttpContext context, TieredCache cache, TimeProvider time)
    {
        var cleared = await cache.ClearAsync(FilterOf(context.Request.Query, time), context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("cleared"u8);
            foreach (var (tier, entries) in cleared)
                json.WriteNumber(tier, entries);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, LineStatistics line)
    {
        json.WriteStartObject();
        json.WriteString("tier"u8, line.Tier);
        json.WriteString("tenant"u8, line.Tenant);
        json.WriteString("model"u8, line.Model);
        json.WriteNumber("entries"u8, line.Entries);
        json.WriteNumber("bytes"u8, line.Bytes);
        json.WriteEndObject();
    }

    private static CacheFilter FilterOf(IQueryCollection query, TimeProvider time)
    {
        var filter = new CacheFilter();
        foreach (var (name, values) in query)
        {
            // A condition that is not understood must not clear more than was meant.
            if (values is not [{ } value])
                throw Wrong(name, $"'{name}' is given more than once.");
            filter = name switch
            {
                "tenant" => filter with { Tenant = value },
                "shared" => filter with { SharedOnly = bool.TryParse(value, out var only) ? only : throw Wrong(name, "'shared' is true or false.") },
                "model" => filter with { Model = value },
                "older_than" => filter with { Before = time.GetUtcNow() - AgeOf(value) },
                _ => throw Wrong(null, "There are only the conditions tenant, shared, model and older_than."),
            };
        }

        return filter is { SharedOnly: true, Tenant: not null } ? throw Wrong("shared", "What tenants share is no tenant's: leave one of 'shared' and 'tenant' out.") : filter;
    }

    private static TimeSpan AgeOf(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e10
        ? TimeSpan.FromSeconds(seconds)
        : throw Wrong("older_than", "'older_than' is a number of seconds.");

    private static QuiverException Wrong(string? parameter, string message) => new(ErrorKind.InvalidInput, message) { Parameter = parameter };
}
