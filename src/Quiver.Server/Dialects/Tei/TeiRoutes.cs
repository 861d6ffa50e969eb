using Quiver.Accounts;
using Quiver.Embedding;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Dialects.Tei.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>The routes of Text Embeddings Inference. See docs/tei.md for what is supported, and docs/compatibility.md for what differs.</summary>
internal sealed class TeiRoutes(EmbeddingService embeddings, BodyMemory bodyMemory, Readiness readiness, ServeOptions options, TimeProvider time)
{
    /// <summary>Inputs of all instances of one call of /vertex together, which TEI does not limit.</summary>
    private const int MaxVertexInputs = 2048;

    private readonly TeiModel _model = new(embeddings.Models.Get(embeddings.Models.Names[0]), options);

    /// <summary>POST /similarity, where TkrEmbed has a route too.</summary>
    public PathClaim Similarity => new("tei", TeiErrorRenderer.Shared, TeiDocumentation.Similarity, options.PayloadLimit, CompareAsync)
    {
        Members = ["inputs"],
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("").WithMetadata(TeiErrorRenderer.Shared, new BodyLimit(options.PayloadLimit)).Needs(Access.Key(Scopes.EmbedText));
        group.MapPost("/embed", EmbedAsync).WithMetadata(TeiDocumentation.Embed);
        group.MapPost("/embed_all", EmbedTokensAsync).WithMetadata(TeiDocumentation.EmbedAll);
        group.MapPost("/", AnyAsync).WithMetadata(TeiDocumentation.Any);
        group.MapPost("/invocations", AnyAsync).WithMetadata(TeiDocumentation.Any);
        group.MapPost("/vertex", EmbedInstancesAsync).WithMetadata(TeiDocumentation.Vertex);
        new TokenRoutes(_model, bodyMemory, new SemaphoreSlim(Environment.ProcessorCount)).Map(group);
        new UnservedRoutes(_model, bodyMemory).Map(group);
        new InfoRoutes(_model, embeddings, readiness, options).Map(group);
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var headers = new ComputeHeaders(time);
        EmbeddingResult result;
        using (var body = await TeiRequest.ReadAsync(context, bodyMemory))
            result = await ComputeAsync(context, headers, _model.Call(TeiRequest.Parse(body, EmbedBody.Vectors())));
        await VectorsWriter.WriteAsync(context.Response, result, context.RequestAborted);
    }

    private async Task EmbedTokensAsync(HttpContext context)
    {
        var headers = new ComputeHeaders(time);
        TokenVectors result;
        using (var body = await TeiRequest.ReadAsync(context, bodyMemory))
        {
            var call = _model.Call(TeiRequest.Parse(body, EmbedBody.Tokens()));
            var record = RequestRecord.Of(context);
            record.Asked(call.Request.Inputs.Count);
            result = await embeddings.EmbedTokensAsync(call.Request.AskedBy(context), context.RequestAborted);
            var tokens = Enumerable.Range(0, result.Count).Sum(result.Tokens);
            record.Count(result);
            headers.Write(context.Response.Headers, call.Characters, tokens, result.Times);
        }

        await VectorsWriter.WriteAsync(context.Response, result, context.RequestAborted);
    }

    private async Task CompareAsync(HttpContext context, RequestBody body)
    {
        TeiRequest.RequireJson(context.Request);
        var headers = new ComputeHeaders(time);
        var result = await ComputeAsync(context, headers, _model.Call(TeiRequest.Parse(body, new SimilarityBody())));
        await VectorsWriter.WriteSimilaritiesAsync(context.Response, result, context.RequestAborted);
    }

    private async Task AnyAsync(HttpContext context)
    {
        var headers = new ComputeHeaders(time);
        var any = new AnyBody();
        EmbeddingResult result;
        using (var body = await TeiRequest.ReadAsync(context, bodyMemory))
        {
            TeiRequest.Parse(body, any);
            result = await ComputeAsync(context, headers, any.Similarity is { } similarity ? _model.Call(similarity) : _model.Call(any.Embed));
        }

        await (any.Similarity is null
            ? VectorsWriter.WriteAsync(context.Response, result, context.RequestAborted)
            : VectorsWriter.WriteSimilaritiesAsync(context.Response, result, context.RequestAborted));
    }

    private async Task<EmbeddingResult> ComputeAsync(HttpContext context, ComputeHeaders headers, TeiCall call)
    {
        var record = RequestRecord.Of(context);
        record.Asked(call.Request.Inputs.Count);
        var result = await embeddings.EmbedAsync(call.Request.AskedBy(context), context.RequestAborted);
        record.Count(result);
        headers.Write(context.Response.Headers, call.Characters, result.TokenCount, result.Times);
        return result;
    }

    /// <summary>One instance after the other, so that no request fills the queue by itself.</summary>
    private async Task EmbedInstancesAsync(HttpContext context)
    {
        var record = RequestRecord.Of(context);
        var results = new List<EmbeddingResult>();
        using (var body = await TeiRequest.ReadAsync(context, bodyMemory))
        {
            var calls = Calls(body);
            record.Asked(calls.Sum(call => call.Request.Inputs.Count));
            foreach (var call in calls)
                results.Add(await embeddings.EmbedAsync(call.Request.AskedBy(context), context.RequestAborted));
        }

        record.Count(results.Sum(result => result.Count), results.Sum(result => result.TokenCount));
        results.ForEach(record.CountHits);
        await VectorsWriter.WritePredictionsAsync(context.Response, results, context.RequestAborted);
    }

    private List<TeiCall> Calls(RequestBody body)
    {
        var instances = TeiReader.Read(body.Bytes, new VertexBody()).Instances;
        var calls = new List<TeiCall>(Math.Min(instances.Count, MaxVertexInputs));
        var inputs = 0;
        foreach (var instance in instances)
        {
            var json = body.Bytes[instance];
            if (UnservedRoutes.IsRerank(json))
                throw UnservedRoutes.NoReranker();
            calls.Add(_model.Call(TeiReader.ReadInner(json, EmbedBody.Vectors())));
            inputs += calls[^1].Request.Inputs.Count;
            if (inputs > MaxVertexInputs)
                throw new TeiException(TeiError.Invalid($"the instances have more than {MaxVertexInputs} inputs"));
        }

        return calls;
    }
}
