using Quiver.Diagnostics;
using Quiver.Limits;

namespace Quiver.Server.Hosting;

/// <summary>
/// How one dialect words errors and limits. Each dialect has one and puts it on its endpoints as metadata; <see cref="ErrorBoundary"/> calls it.
/// </summary>
internal abstract class ErrorRenderer
{
    /// <summary>Renders an error of the engine: every <see cref="ErrorKind"/> has an answer.</summary>
    public abstract ErrorAnswer Render(QuiverException error);

    /// <summary>Renders what HTTP itself refuses: no such path, not that method, a body too large.</summary>
    public abstract ErrorAnswer Render(HttpFault fault);

    /// <summary>The dialect's own headers on what is left of a plan's limits, beside those that every dialect has (<see cref="LimitHeaders"/>).</summary>
    /// <param name="standings">At least one.</param>
    /// <param name="status">That of the answer.</param>
    /// <param name="at">When they were so.</param>
    public virtual void WriteLimits(IHeaderDictionary headers, IReadOnlyList<WindowStanding> standings, int status, DateTimeOffset at)
    {
    }

    /// <summary>That of the dialect whose endpoint the request has reached, or null.</summary>
    public static ErrorRenderer? Of(HttpContext context) => context.GetEndpoint()?.Metadata is { } metadata
        ? metadata.GetMetadata<SharedPath>()?.RendererOf(context) ?? metadata.GetMetadata<ErrorRenderer>()
        : null;
}

/// <summary>A request that failed before any dialect read it.</summary>
/// <param name="Status">404, 405, 408, 413, 426, or 400 for malformed HTTP.</param>
/// <param name="Message">What to do about it. Without secrets and without the user's text.</param>
internal readonly record struct HttpFault(int Status, string Message)
{
    /// <summary>The bytes of the largest body taken here; only with 413.</summary>
    public long? Limit { get; init; }
}

/// <summary>Ends a request with an error that only its dialect knows.</summary>
internal abstract class DialectException(string message) : Exception(message)
{
    public abstract ErrorAnswer Answer { get; }

    /// <summary>What it counts as; null where its status says that.</summary>
    public virtual ErrorKind? Kind => null;
}
