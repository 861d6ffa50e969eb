using Quiver.Accounts;
using Quiver.Diagnostics;
using Quiver.Embedding;
using Quiver.Limits;
using Quiver.Server.Auth;

namespace Quiver.Server.Hosting;

/// <summary>Whose turn a request takes in the queue, in which lane, and on whose account.</summary>
internal static class QueuePlace
{
    /// <summary>"bulk" lets a request wait behind interactive ones though it is small. Nothing raises one.</summary>
    public const string LaneHeader = "x-quiver-lane";

    /// <summary>The request as this caller's, over his own cache lines, and within his plan. Callers take turns by key, and with one key for all, or none, by address.</summary>
    public static EmbeddingRequest AskedBy(this EmbeddingRequest request, HttpContext context)
    {
        var caller = Callers.Of(context);
        return request with
        {
            Tenant = caller.Tenant,
            Uncached = request.Uncached ?? (request.Provider is null && caller.Plan.OwnProviderOnly ? NoProvider(caller.Plan) : null),
            Charge = context.Features.Get<RequestCharge>(),
            Caller = caller.Tenant.Length > 0 ? $"{caller.Tenant}/{caller.KeyId}" : context.Connection.RemoteIpAddress?.ToString() ?? "",
            Bulk = context.Request.Headers.TryGetValue(LaneHeader, out var lane) && lane is [{ } only] && only.Equals("bulk", StringComparison.OrdinalIgnoreCase),
        };
    }

    private static QuiverException NoProvider(Plan plan) =>
        new(ErrorKind.Forbidden, $"The plan '{plan.Name}' embeds with a provider of the caller's own alone. Configure one at POST /v1/provider and embed at POST /v1/embed.");
}
