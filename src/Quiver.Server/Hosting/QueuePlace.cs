using Quiver.Embedding;
using Quiver.Limits;
using Quiver.Server.Auth;

namespace Quiver.Server.Hosting;

/// <summary>Whose turn a request takes in the queue, in which lane, and on whose account.</summary>
internal static class QueuePlace
{
    /// <summary>"bulk" lets a request wait behind interactive ones though it is small. Nothing raises one.</summary>
    public const string LaneHeader = "x-quiver-lane";

    /// <summary>The request as this caller's, over his own cache lines. Callers take turns by key, and with one key for all, or none, by address.</summary>
    public static EmbeddingRequest AskedBy(this EmbeddingRequest request, HttpContext context)
    {
        var caller = Callers.Of(context);
        return request with
        {
            Tenant = caller.Tenant,
            Charge = context.Features.Get<RequestCharge>(),
            Caller = caller.Tenant.Length > 0 ? $"{caller.Tenant}/{caller.KeyId}" : context.Connection.RemoteIpAddress?.ToString() ?? "",
            Bulk = context.Request.Headers.TryGetValue(LaneHeader, out var lane) && lane is [{ } only] && only.Equals("bulk", StringComparison.OrdinalIgnoreCase),
        };
    }
}
