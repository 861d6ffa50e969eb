using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>One dialect's part in a path that several dialects have.</summary>
/// <param name="Profile">The profile (<c>--compat</c>) under which the path is this dialect's where nothing tells.</param>
/// <param name="MaxBodyBytes">The largest body it reads.</param>
/// <param name="AnswerAsync">Answers a request whose body is read.</param>
internal sealed record PathClaim(
    string Profile, ErrorRenderer Renderer, RouteDocumentation Documentation, long MaxBodyBytes, Func<HttpContext, RequestBody, Task> AnswerAsync)
{
    /// <summary>How keys begin that this dialect gives out, or null.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Members that bodies of this dialect have, and those of no other at this path.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Members that others at this path do not know, but let pass.</summary>
    public IReadOnlyList<string> LikelyMembers { get; init; } = [];
}
