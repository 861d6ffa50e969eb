using System.Text.Json;
using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>GET /info, what is served and within which limits, and GET /ping.</summary>
internal sealed class InfoRoutes(TeiModel model, EmbeddingService embeddings, Readiness readiness, ServeOptions options)
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/info", GetAndHead, context => JsonAnswer.WriteAsync(context, Write)).Needs(Access.AnyKey).WithMetadata(TeiDocumentation.Info);
        routes.MapMethods("/ping", GetAndHead, Ping).Needs(Access.Anyone).WithMetadata(TeiDocumentation.Ping);
    }

    private Task Ping(HttpContext context)
    {
        readiness.Require();
        return Task.CompletedTask;
    }

    private void Write(Utf8JsonWriter json)
    {
        var embedder = model.Embedder;
        json.WriteStartObject();
        json.WriteString("model_id"u8, embedder.Name);
        json.WriteString("model_sha"u8, embedder.Space.Revision);
        json.WriteString("model_dtype"u8, embedder.Arithmetic == "f32" ? "float32" : embedder.Arithmetic);
        json.WriteString("served_model_name"u8, model.ServedName);
        json.WriteStartObject("model_type"u8);
        json.WriteStartObject("embedding"u8);
        json.WriteString("pooling"u8, embedder.Space.Pooling == "lasttoken" ? "last_token" : embedder.Space.Pooling);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteNumber("max_concurrent_requests"u8, options.MaxConnections);
        json.WriteNumber("max_input_length"u8, embedder.MaxTokens);
        json.WriteNumber("max_batch_tokens"u8, embeddings.MaxRequestTokens);
        json.WriteNull("max_batch_requests"u8);
        json.WriteNumber("max_client_batch_size"u8, options.MaxClientBatchSize);
        json.WriteBoolean("auto_truncate"u8, model.AutoTruncate);
        json.WriteNumber("tokenization_workers"u8, Environment.ProcessorCount);
        json.WriteString("version"u8, ProgramVersion.For(options));
        json.WriteNull("sha"u8);
        json.WriteNull("docker_label"u8);
        WriteForTkrEmbed(json, embedder);
        json.WriteEndObject();
    }

    /// <summary>Members that clients of tkr-embed read at the same path; none of them is one of TEI's.</summary>
    private static void WriteForTkrEmbed(Utf8JsonWriter json, IEmbedder embedder)
    {
        json.WriteString("model_path"u8, embedder.Name);
        json.WriteString("framework"u8, "Quiver"u8);
        json.WriteNull("mlx_version"u8);
        json.WriteString("quantization"u8, embedder.Arithmetic);
        json.WriteNumber("embedding_dim"u8, embedder.Width);
        json.WriteStartArray("supported_modalities"u8);
        json.WriteStringValue("text"u8);
        json.WriteEndArray();
        json.WriteNull("load_time"u8);
        json.WriteNumber("memory_usage_gb"u8, Math.Round(Environment.WorkingSet / 1e9, 3));
    }
}
