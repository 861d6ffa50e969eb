using Quiver.Server.Dialects.Tei.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>
/// POST /embed_sparse, /rerank and /predict: no model that is served can do them, and TEI has a word for that. They stand in no description of
/// this API, since they do nothing for anyone.
/// </summary>
internal sealed class UnservedRoutes(TeiModel model, BodyMemory bodyMemory)
{
    public static TeiException NoReranker() => new(TeiError.OtherModel("model is not a re-ranker model"));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/embed_sparse", RefuseSparseAsync).ExcludeFromDescription();
        routes.MapPost("/rerank", RefuseRerankAsync).ExcludeFromDescription();
        routes.MapPost("/predict", RefusePredictAsync).ExcludeFromDescription();
    }

    /// <summary>Whether an instance of /vertex reads as a body of /rerank.</summary>
    public static bool IsRerank(ReadOnlySpan<byte> json)
    {
        try
        {
            TeiReader.ReadInner(json, new RerankBody());
            return true;
        }
        catch (TeiException)
        {
            return false;
        }
    }

    private async Task RefuseSparseAsync(HttpContext context)
    {
        using var body = await TeiRequest.ReadAsync(context, bodyMemory);
        _ = model.Call(TeiRequest.Parse(body, EmbedBody.Sparse()));
        throw new TeiException(TeiError.OtherModel("Model is not an embedding model with SPLADE pooling"));
    }

    private async Task RefuseRerankAsync(HttpContext context)
    {
        using var body = await TeiRequest.ReadAsync(context, bodyMemory);
        var call = TeiRequest.Parse(body, new RerankBody());
        if (call.Texts.Count == 0)
            throw new TeiException(TeiError.Empty("`texts` cannot be empty"));
        model.RequireBatch(call.Texts.Count);
        throw NoReranker();
    }

    private async Task RefusePredictAsync(HttpContext context)
    {
        using var body = await TeiRequest.ReadAsync(context, bodyMemory);
        model.RequireBatch(TeiRequest.Parse(body, new PredictBody()).Inputs);
        throw new TeiException(TeiError.OtherModel("Model is not a classifier model"));
    }
}
