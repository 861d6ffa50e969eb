using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.TkrEmbed;

/// <summary>GET /admin/stats and /admin/config, for administrators: how the server does, and how it was set up, without its secrets.</summary>
internal sealed class StatusRoutes(EmbeddingService embeddings, ServeOptions options, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/admin").WithMetadata(TkrEmbedErrorRenderer.Shared).Needs(Access.Admin);
        group.MapGet("/stats", context => JsonAnswer.WriteAsync(context, WriteStats)).WithMetadata(AdminDocumentation.Stats);
        group.MapGet("/config", context => JsonAnswer.WriteAsync(context, WriteConfiguration)).WithMetadata(AdminDocumentation.Configuration);
    }

    private void WriteStats(Utf8JsonWriter json)
    {
        var memory = embeddings.Cache.Memory;
        json.WriteStartObject();
        json.WriteString("server_status"u8, "running"u8);
        json.WriteNumber("uptime_seconds"u8, Math.Round(time.GetElapsedTime(_start).TotalSeconds, 3));
        json.WriteBoolean("model_loaded"u8, embeddings.Health.IsReady);
        json.WriteStartObject("cache_stats"u8);
        json.WriteNumber("size"u8, memory.Count);
        json.WriteNumber("size_bytes"u8, memory.Bytes);
        json.WriteNumber("max_size_bytes"u8, memory.MaxBytes);
        if (options.CacheTimeToLive is { } life)
            json.WriteNumber("ttl"u8, life.TotalSeconds);
        else
            json.WriteNull("ttl"u8);
        json.WriteEndObject();
        json.WriteStartObject("rate_limiter_stats"u8);
        json.WriteBoolean("enabled"u8, options.Plan is not null || options.Mode == AuthMode.Multi);
        json.WriteEndObject();
        json.WriteStartObject("configuration"u8);
        json.WriteString("model"u8, embeddings.Models.Names[0]);
        json.WriteBoolean("cache_enabled"u8, memory.MaxBytes > 0);
        json.WriteBoolean("authentication_required"u8, options.Mode != AuthMode.Open);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>What is not the default, and secrets as such.</summary>
    private void WriteConfiguration(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("configuration"u8);
        foreach (var setting in Settings.All)
        {
            if (setting.ValueIn(options) is { Count: > 0 } texts)
                json.WriteString(setting.Path, setting.IsSecret ? "***" : string.Join(", ", texts));
        }

        json.WriteEndObject();
        json.WriteStartArray("config_sources"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
