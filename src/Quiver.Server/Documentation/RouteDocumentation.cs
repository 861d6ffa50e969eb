using Quiver.Diagnostics;
using Quiver.Server.Hosting;

namespace Quiver.Server.Documentation;

/// <summary>
/// What a caller has to know about a route, put on its endpoint as metadata: <c>.WithMetadata(documentation)</c>. /openapi.json and /docs are
/// made of it, and tests send its examples. A route without it fails a test.
/// </summary>
/// <param name="Group">The heading that the route stands under: the name of its dialect.</param>
/// <param name="Summary">One line, without a full stop.</param>
internal sealed record RouteDocumentation(string Group, string Summary)
{
    /// <summary>What the summary leaves out, in CommonMark; may be empty.</summary>
    public string Description { get; init; } = "";

    public IReadOnlyList<RouteParameter> Parameters { get; init; } = [];

    /// <summary>JSON Schema (2020-12) of the body that the route reads; null where it reads none.</summary>
    public string? BodySchema { get; init; }

    /// <summary>JSON Schema (2020-12) of the answer with status 200; null where that is not JSON.</summary>
    public string? AnswerSchema { get; init; }

    /// <summary>The content type of the answer with status 200; null where it has no body.</summary>
    public string? AnswerType { get; init; } = "application/json";

    /// <summary>At least one.</summary>
    public IReadOnlyList<RouteExample> Examples { get; init; } = [];

    /// <summary>Errors of the engine that this route gives, beside those of every route (<see cref="DocumentedErrors"/>).</summary>
    public IReadOnlyList<ErrorKind> Errors { get; init; } = [];

    /// <summary>Errors that only this dialect knows.</summary>
    public IReadOnlyList<RouteError> DialectErrors { get; init; } = [];

    /// <summary>Of a path that several dialects have: the first one's heading, and what all of them say.</summary>
    public static RouteDocumentation Merge(IReadOnlyList<RouteDocumentation> all) => all[0] with
    {
        Summary = string.Join("; ", all.Select(one => one.Summary)),
        Description = string.Join("\n\n", all.Select(one => one.Description).Where(text => text.Length > 0)),
        BodySchema = AnyOf(all.Select(one => one.BodySchema)),
        AnswerSchema = AnyOf(all.Select(one => one.AnswerSchema)),
        Examples = [.. all.SelectMany(one => one.Examples)],
        Errors = [.. all.SelectMany(one => one.Errors).Distinct()],
        DialectErrors = [.. all.SelectMany(one => one.DialectErrors)],
    };

    private static string AnyOf(IEnumerable<string?> schemas) => $$"""{"anyOf":[{{string.Join(',', schemas)}}]}""";
}

/// <summary>A value in the path, the query or a header, always a string.</summary>
/// <param name="In">"path", "query" or "header".</param>
internal sealed record RouteParameter(string Name, string In, string Description, string Example);

/// <summary>A request that the server answers with status 200 as it stands, with the model that comes with Quiver.</summary>
/// <param name="Name">Unique in its route: "one text".</param>
/// <param name="Body">JSON; null for no body.</param>
/// <param name="Answer">
/// What comes back, JSON where the route's <see cref="RouteDocumentation.AnswerType"/> is; long lists may be shortened. Empty for no body.
/// </param>
internal sealed record RouteExample(string Name, string? Body, string Answer);

/// <summary>An error answer, in its dialect's words.</summary>
/// <param name="Name">Unique in its route: "too long".</param>
/// <param name="When">What the caller did, or what happened: a sentence.</param>
internal sealed record RouteError(string Name, string When, ErrorAnswer Answer);
