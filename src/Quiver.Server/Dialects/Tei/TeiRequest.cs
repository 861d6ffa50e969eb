using Quiver.Server.Dialects.Tei.Bodies;
using Quiver.Server.Hosting;

namespace Quiver.Server.Dialects.Tei;

/// <summary>Reads request bodies in TEI's order of checks: the content type, the size, the JSON.</summary>
internal static class TeiRequest
{
    public static TeiError NotDeclaredAsJson { get; } = new(415, "Validation", "Expected request with `Content-Type: application/json`");

    /// <exception cref="TeiException">415: the content type is another.</exception>
    public static Task<RequestBody> ReadAsync(HttpContext context, BodyMemory memory)
    {
        RequireJson(context.Request);
        return RequestBody.ReadAsync(context.Request, memory, context.RequestAborted);
    }

    /// <inheritdoc cref="ReadAsync"/>
    public static void RequireJson(HttpRequest request)
    {
        if (!RequestBody.IsDeclaredAsJson(request))
            throw new TeiException(NotDeclaredAsJson);
    }

    /// <summary>Parses a body, and lets its bytes go before any work begins.</summary>
    public static T Parse<T>(RequestBody body, T target)
        where T : TeiBody
    {
        TeiReader.Read(body.Bytes, target);
        body.ReturnBytes();
        return target;
    }
}
