using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Quiver.Diagnostics;
using Quiver.Server.Auth;
using Quiver.Server.Configuration;
using Quiver.Server.Documentation;

namespace Quiver.Server.Hosting;

/// <summary>
/// A POST route that several dialects have. Whose a request is, its key tells, then the members of its body, then the profile in force, then
/// members that are no proof, and else it is the first one's; answer, limits and errors follow. See docs/decisions/0150-whose-request.md.
/// </summary>
internal sealed class SharedPath(BodyMemory memory, ServeOptions options, params IReadOnlyList<PathClaim> claims)
{
    private const string Bearer = "Bearer ";

    private readonly PathClaim? _byProfile = claims.FirstOrDefault(claim => options.Compat.Contains(claim.Profile));

    public void Map(IEndpointRouteBuilder routes, string path, Access access) => routes.MapPost(path, AnswerAsync).WithMetadata(
        this, claims[0].Renderer, RouteDocumentation.Merge([.. claims.Select(claim => claim.Documentation)]), new BodyLimit(claims.Max(claim => claim.MaxBodyBytes))).Needs(access);

    /// <summary>Words the errors of a request at this path, as far as is known whose it is.</summary>
    public ErrorRenderer RendererOf(HttpContext context) => (context.Features.Get<PathClaim>() ?? ByKey(context.Request) ?? _byProfile ?? claims[0]).Renderer;

    private async Task AnswerAsync(HttpContext context)
    {
        var known = ByKey(context.Request);
        // The limit of the body is the dialect's own, as soon as that is known, so that no more than that is read.
        if (known is not null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = known.MaxBodyBytes;

        using var body = await RequestBody.ReadAsync(context.Request, memory, context.RequestAborted);
        var claim = known ?? ByMembers(body.Bytes, claim => claim.Members) ?? _byProfile ?? ByMembers(body.Bytes, claim => claim.LikelyMembers) ?? claims[0];
        context.Features.Set(claim);
        if (body.Bytes.Length > claim.MaxBodyBytes)
            throw new QuiverException(ErrorKind.RequestTooLarge, $"Request body exceeds max size of {claim.MaxBodyBytes} bytes");
        await claim.AnswerAsync(context, body);
    }

    private PathClaim? ByKey(HttpRequest request) =>
        claims.FirstOrDefault(claim => claim.KeyPrefix is { } prefix && (IsKey(request.Headers.Authorization, prefix) || IsKey(request.Headers["X-API-Key"], prefix)));

    private static bool IsKey(string? header, string prefix) =>
        header is not null && header.AsSpan(header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? Bearer.Length : 0).TrimStart(' ').StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>By the first member that only one dialect knows. What is no JSON object tells nothing; its dialect will say what is wrong with it.</summary>
    private PathClaim? ByMembers(ReadOnlySpan<byte> body, Func<PathClaim, IReadOnlyList<string>> members)
    {
        var json = new Utf8JsonReader(body);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
                return null;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                foreach (var claim in claims)
                {
                    foreach (var member in members(claim))
                    {
                        if (json.ValueTextEquals(member))
                            return claim;
                    }
                }

                json.Skip();
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // As good as no object. The second is how the reader tells of half a surrogate pair in a name.
        }

        return null;
    }
}
