using Quiver.Embedding;
using Quiver.Limits.Usage;
using Quiver.Server.Auth;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.EmbedCache;

/// <summary>GET /v1/stats: the caller's hits and misses of today, and how many of his vectors are cached.</summary>
internal sealed class StatsRoute(EmbeddingService embeddings, UsageLedger usage)
{
    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/stats", AnswerAsync).WithMetadata(EmbedCacheErrorRenderer.Shared, EmbedCacheDocumentation.Stats).Needs(Access.AnyKey);

    private async Task AnswerAsync(HttpContext context)
    {
        var tenant = Callers.Of(context).Tenant;
        var sums = await usage.ReadAsync(new UsageQuery(usage.Today, usage.Today) { Tenant = tenant }, context.RequestAborted);
        // What memory holds is in the database tier too, where there is one.
        var held = await embeddings.Cache.StatisticsAsync(context.RequestAborted);
        var cached = held.Where(line => line.Tenant == tenant).GroupBy(line => line.Tier).Select(tier => tier.Sum(line => line.Entries)).DefaultIfEmpty().Max();
        await JsonAnswer.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("cache_hits"u8, sums.Sum(sum => sum.Value.Hits));
            json.WriteNumber("cache_misses"u8, sums.Sum(sum => sum.Value.Misses));
            json.WriteNumber("total_cached"u8, cached);
            json.WriteEndObject();
        });
    }
}
