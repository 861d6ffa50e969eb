using Quiver.Diagnostics;

namespace Quiver.Server.Hosting;

/// <summary>
/// How one dialect words errors. Each dialect has one and puts it on its endpoints as metadata; <see cref="ErrorBoundary"/> calls it.
/// </summary>
internal abstract class ErrorRenderer
{
    /// <summary>Renders an error of the engine: every <see cref="ErrorKind"/> has an answer.</summary>
    public abstract ErrorAnswer Render(QuiverException error);

    /// <summary>Renders what HTTP itself refuses: no such path, not that method, a body too large.</summary>
    public abstract ErrorAnswer Render(HttpFault fault);
}

/// <summary>A request that failed before any dialect read it.</summary>
/// <param name="Status">404, 405, 408, 413, or 400 for malformed HTTP.</param>
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
}
