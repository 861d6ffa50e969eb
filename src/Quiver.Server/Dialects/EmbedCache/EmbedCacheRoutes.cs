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
        group.MapPost("/v1/search", SearchAsync).WithMetadata(EmbedCacheDocumentation.Search).Needs(Access.Key(Scopes.Search));
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
            LongInput = Long,
            Shared = isPublic,
            Uncached = NeedsProvider(context) ? NoProvider(isBatch: context.Request.Path.Value!.EndsWith("/batch", StringComparison.OrdinalIgnoreCase)) : null,
        };
    }

    private async ValueTask<EmbeddingRequest?> OwnRequestAsync(HttpContext context, string model, EmbeddingInput[] inputs) =>
        await OwnProviderAsync(context, model) is { } own ? new EmbeddingRequest(own.Name, inputs) { Provider = own, Normalize = false } : null;

    /// <summary>What the caller's own provider embeds: everything under a plan without served models, otherwise what names the provider as its model.</summary>
    private async ValueTask<IRemoteEmbedder?> OwnProviderAsync(HttpContext context, string model)
    {
        if (providers is null || (!NeedsProvider(context) && (model.Length == 0 || embeddings.Models.TryGet(model, out _))))
            return null;
        return await providers.Tenants.FindAsync(Callers.Of(context).Tenant, context.RequestAborted) is { } own && (NeedsProvider(context) || own.Name == model) ? own : null;
    }

    /// <summary>Over the caller's own cached vectors of documents; nothing is charged, as the service charged nothing.</summary>
    private async Task SearchAsync(HttpContext context)
    {
        var start = time.GetTimestamp();
        SearchBody call;
        using (var body = await RequestBody.ReadAsync(context.Request, bodyMemory, context.RequestAborted))
            call = EmbedCacheException.Bodies.Read(context.Request, body.Bytes, new SearchBody());

        var provider = await OwnProviderAsync(context, call.Model);
        if (provider is null && NeedsProvider(context))
            throw NoProvider(isBatch: false);
        var model = provider?.Name ?? _models.Find(call.Model);
        var width = provider?.Width ?? embeddings.Models.Get(model).Width;
        if (call.Vector is { } vector && vector.Length != width)
            throw new EmbedCacheException(400, $"Query vector dimension {vector.Length} does not match model {(call.Model.Length > 0 ? call.Model : model)} (expected {width})");

        var search = new CacheSearch(model, call.Vector ?? await QueryVectorAsync(context, call.Text!, model, provider))
        {
            Tenant = Callers.Of(context).Tenant,
            Provider = provider,
            Prompt = provider is null ? InputTypes.PromptFor(embeddings.Models.Get(model), "search_document") : null,
            LongInput = Long,
            Count = call.Count,
            MinScore = SearchAnswer.CosineOf(call.MinScore),
        };
        var matches = await embeddings.SearchCacheAsync(search, context.RequestAborted);
        await JsonAnswer.WriteAsync(context, json => SearchAnswer.Write(json, call, model, width, matches, toUnit: provider is null, time.GetElapsedTime(start)));
    }

    /// <summary>A query is kept apart from the caller's texts: it would be the first to be found.</summary>
    private async Task<float[]> QueryVectorAsync(HttpContext context, string text, string model, IRemoteEmbedder? provider)
    {
        var record = RequestRecord.Of(context);
        record.Asked(1);
        var request = new EmbeddingRequest(model, [new EmbeddingInput(text)])
        {
            Provider = provider,
            Normalize = provider is null,
            Prompt = provider is null ? InputTypes.PromptFor(embeddings.Models.Get(model), "search_query") : null,
            LongInput = Long,
        }.AskedBy(context);
        var result = await embeddings.EmbedAsync(request with { Tenant = request.Tenant + "/queries", Charge = null }, context.RequestAborted);
        record.Count(result);
        return result.Vector(0).ToArray();
    }

    private LongInput Long => options.AutoTruncate ?? true ? LongInput.Truncate : LongInput.Refuse;

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
