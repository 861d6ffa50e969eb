using Quiver.Embedding;
using Quiver.Limits;

namespace Quiver.Server.Hosting;

/// <summary>Whose turn a request takes in the queue, in which lane, and on whose account.</summary>
internal static class QueuePlace
{
    /// <summary>"bulk" lets a request wait behind interactive ones though it is small. Nothing raises one.</summary>
    public const string LaneHeader = "x-quiver-lane";

    /// <summary>The request as this caller's: with one key for all, or none, callers are told apart by address.</summary>
    public static EmbeddingRequest AskedBy(this EmbeddingRequest request, HttpContext context) => request with
    {
        Charge = context.Features.Get<RequestCharge>(),
        Caller = context.Connection.RemoteIpAddress?.ToString() ?? "",
        Bulk = context.Request.Headers.TryGetValue(LaneHeader, out var lane) && lane is [{ } only] && only.Equals("bulk", StringComparison.OrdinalIgnoreCase),
    };
}
