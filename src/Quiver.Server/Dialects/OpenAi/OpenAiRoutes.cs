using System.Globalization;
using System.Text.Json;
using Quiver.Accounts;
using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.OpenAi;

/// <summary>OpenAI's routes. See docs/openai.md for what is supported and what differs.</summary>
internal sealed class OpenAiRoutes(EmbeddingService embeddings, BodyMemory bodyMemory, ServeOptions options, TimeProvider time)
{
    public static OpenAiError NotDeclaredAsJson { get; } = new(415, "Send the body as JSON in UTF-8, with the header Content-Type: application/json.");

    /// <summary>Clients of TEI, which has one model and cuts, leave both to the server.</summary>
    private readonly string? _defaultModel = options.Compat.Contains("tei") ? embeddings.Models.Names[0] : null;

    private readonly bool _cutByDefault = options.AutoTruncate ?? options.Compat.Contains("tei");

    private readonly long _started = time.GetUtcNow().ToUnixTimeSeconds();

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(OpenAiErrorRenderer.Shared).Needs(Access.AnyKey);
        group.MapPost("/v1/embeddings", EmbedAsync).Needs(Access.Key(Scopes.EmbedText)).WithMetadata(OpenAiDocumentation.Embeddings);
        group.MapPost("/embeddings", EmbedAsync).Needs(Access.Key(Scopes.EmbedText)).WithMetadata(OpenAiDocumentation.Embeddings);
        group.MapGet("/v1/models", ListModelsAsync).WithMetadata(OpenAiDocumentation.Models);
        group.MapGet("/v1/models/{**id}", GetModelAsync).WithMetadata(OpenAiDocumentation.OneModel);
    }

    private async Task EmbedAsync(HttpContext context)
    {
        RequireJson(context.Request);
        var (outcome, base64) = await ComputeAsync(context);
        RequestRecord.Of(context).Count(outcome.Result);
        WriteCounts(context.Response.Headers, outcome);
        await EmbeddingsWriter.WriteAsync(context.Response, outcome, base64, context.RequestAborted);
    }

    /// <summary>The bytes of the body are let go before the work begins, and the texts before a caller that reads slowly is answered.</summary>
    private async Task<(EmbeddingsOutcome Outcome, bool Base64)> ComputeAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted);
        var call = EmbeddingsReader.Read(body.Bytes, _cutByDefault, _defaultModel);
        body.ReturnBytes();
        RequestRecord.Of(context).Asked(call.Request.Inputs.Count + call.Empty.Count);
        var request = call.Request with { Prompt = PromptChoice.Of(call, embeddings.Models) };
        var result = request.Inputs.Count == 0 ? null : await embeddings.EmbedAsync(request.AskedBy(context), context.RequestAborted);
        return (EmbeddingsOutcome.Of(call, result), call.Base64);
    }

    /// <summary>Beyond OpenAI, and only where they say something.</summary>
    private static void WriteCounts(IHeaderDictionary headers, EmbeddingsOutcome outcome)
    {
        Write("x-quiver-truncated", outcome.Truncated);
        Write("x-quiver-cache-hits", outcome.CacheHits);
        Write("x-quiver-failed", outcome.Failed ?? 0);

        void Write(string name, int count)
        {
            if (count > 0)
                headers[name] = count.ToString(CultureInfo.InvariantCulture);
        }
    }

    private Task ListModelsAsync(HttpContext context) => JsonAnswer.WriteAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var name in embeddings.Models.Names)
            WriteModel(json, name);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private Task GetModelAsync(HttpContext context)
    {
        // Routing decodes everything but an escaped slash, which is how the SDKs send the one in "org/model".
        var name = ((string?)context.GetRouteValue("id") ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        _ = embeddings.Models.Get(name);
        return JsonAnswer.WriteAsync(context, json => WriteModel(json, name));
    }

    private void WriteModel(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, _started);
        json.WriteString("owned_by"u8, "quiver"u8);
        json.WriteEndObject();
    }

    private static void RequireJson(HttpRequest request)
    {
        if (!RequestBody.IsDeclaredAsJson(request))
            throw new OpenAiException(NotDeclaredAsJson);
        if (RequestBody.IsCompressed(request))
            throw new OpenAiException(new OpenAiError(415, "Compressed bodies are not supported. Send the body without Content-Encoding."));
    }
}
