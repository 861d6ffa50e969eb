using System.Buffers;

namespace Quiver.Server.Hosting;

/// <summary>What a request is called in logs, traces and the header x-request-id.</summary>
internal static class RequestId
{
    private const int MaxLength = 128;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The caller's own id if it is a harmless one: it goes into logs and back into a header. Otherwise a new one.</summary>
    public static string Of(HttpRequest request)
    {
        var asked = request.Headers["x-request-id"];
        return asked is [{ Length: > 0 and <= MaxLength } id] && !id.AsSpan().ContainsAnyExcept(Characters) ? id : New();
    }

    /// <remarks>No secret, so that it need not come from the system's generator, which costs more than the rest of a log line.</remarks>
    private static string New() => string.Create(36, 0, static (characters, _) =>
    {
        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        "req_".CopyTo(characters);
        Convert.TryToHexStringLower(random, characters[4..], out var _);
    });
}
