using System.Text.Json;
using Quiver.Accounts;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.EmbedCache.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>The embedding routes of the Vector Embed Cache Server. See docs/embed-cache.md for what is supported, and docs/compatibility.md for what differs.</summary>
internal sealed class EmbedCacheRoutes(EmbeddingService embeddings, ProviderParts? providers, BodyMemory bodyMemory, ServeOptions options, TimeProvider time)
{
    private readonly ServedModels _models = new(embeddings.Models);

    /// <summary>POST /v1/embed, where FastEmbed has a route too.</summary>
    public PathClaim Embed => new("embed-cache", EmbedCacheErrorRenderer.Shared, EmbedCacheDocumentation.Embed, options.EmbedCacheMaxPayload, EmbedAsync)
    {
        KeyPrefix = "vec_",
        Members = ["public"],
        LikelyMembers = ["model"],
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(EmbedCacheErrorRenderer.Shared, new BodyLimit(options.EmbedCacheMaxPayload)).Needs(Access.Key(Scopes.EmbedText));
        group.MapPost("/v1/embed/batch", EmbedBatchAsync).WithMetadata(EmbedCacheDocumentation.Batch);
        group.MapGet("/v1/health", context => JsonAnswer.WriteAsync(context, WriteHealth)).WithMetadata(EmbedCacheDocumentation.Health).Needs(Access.Anyone);
    }

    private async Task EmbedAsync(HttpContext context, RequestBody body)
    {
        var start = time.GetTimestamp();
        var call = EmbedCacheException.Bodies.Read(context.Request, body.Bytes, new EmbedBody());
        body.ReturnBytes();
        var result = await EmbedAsync(context, call.Model, [call.Text], call.IsPublic);
        await VectorsAnswer.WriteAsync(context, result, time.GetElapsedTime(start));
    }

    private async Task EmbedBatchAsync(HttpContext context)
    {
        BatchBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = EmbedCacheException.Bodies.Read(context.Request, body.Bytes, new BatchBody());
        if (call.Texts.Count > options.EmbedCacheMaxBatch)
            throw new EmbedCacheException(400, $"Batch size exceeds limit of {options.EmbedCacheMaxBatch}");
        var result = await EmbedAsync(context, call.Model, call.Texts, call.IsPublic);
        await VectorsAnswer.WriteBatchAsync(context, result);
    }

    private async Task<EmbeddingResult> EmbedAsync(HttpContext context, string model, IReadOnlyList<string> texts, bool isPublic)
    {
        var record = RequestRecord.Of(context);
        record.Asked(texts.Count);
        var inputs = texts.Select(text => new EmbeddingInput(text)).ToArray();
        var request = await OwnRequestAsync(context, model, inputs) ?? ServedRequest(context, model, inputs, isPublic);
        var result = await embeddings.EmbedAsync(request.AskedBy(context), context.RequestAborted);
        record.Count(result);
        return result;
    }

    /// <summary>As documents: the service put their prompt before every text.</summary>
    private EmbeddingRequest ServedRequest(HttpContext context, string model, EmbeddingInput[] inputs, bool isPublic)
    {
        var served = _models.Find(model);
        return new EmbeddingRequest(served, inputs)
        {
            Prompt = InputTypes.PromptFor(embeddings.Models.Get(served), "search_document"),
            LongInput = options.AutoTruncate ?? true ? LongInput.Truncate : LongInput.Refuse,
            Shared = isPublic,
            Uncached = NeedsProvider(context) ? NoProvider(isBatch: context.Request.Path.Value!.EndsWith("/batch", StringComparison.OrdinalIgnoreCase)) : null,
        };
    }

    /// <summary>What the caller's own provider embeds: everything under a plan without served models, otherwise what names the provider as its model.</summary>
    private async ValueTask<EmbeddingRequest?> OwnRequestAsync(HttpContext context, string model, EmbeddingInput[] inputs)
    {
        if (providers is null || (!NeedsProvider(context) && (model.Length == 0 || embeddings.Models.TryGet(model, out _))))
            return null;
        return await providers.Tenants.FindAsync(Callers.Of(context).Tenant, context.RequestAborted) is { } own && (NeedsProvider(context) || own.Name == model)
            ? new EmbeddingRequest(own.Name, inputs) { Provider = own, Normalize = false }
            : null;
    }

    private static bool NeedsProvider(HttpContext context) => Callers.Of(context).Plan.OwnProviderOnly;

    private static QuiverException NoProvider(bool isBatch) =>
        new(ErrorKind.InvalidInput, "Free tier requires BYOK provider" + (isBatch ? "" : ". Configure at POST /v1/provider"));

    private void WriteHealth(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("status"u8, "ok"u8);
        json.WriteString("version"u8, ProgramVersion.For(options));
        json.WriteEndObject();
    }
}
