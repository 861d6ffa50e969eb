using System.Globalization;
using Quiver.Diagnostics;

namespace Quiver.Providers;

/// <summary>Where tenants' providers may be: https, a listed host, its port. Judged when an endpoint is saved and before every call.</summary>
/// <remarks>Immutable. What a name resolves to is <see cref="AddressGuard"/>'s to judge, when it is connected to.</remarks>
/// <param name="more">Hosts beside the built-in ones: the operator's, never a tenant's.</param>
internal sealed class EndpointRule(IEnumerable<AllowedHost> more)
{
    public const int MaxLength = 2048;

    /// <summary>EmbedCache's five, and Cohere's newer name.</summary>
    public static IReadOnlyList<AllowedHost> BuiltIn { get; } =
    [
        .. ((string[])["api.openai.com", "api.cohere.ai", "api.cohere.com", "api.voyageai.com", "api.mistral.ai", "api.together.xyz"])
            .Select(name => new AllowedHost(name, AllowedHost.HttpsPort)),
    ];

    private readonly AllowedHost[] _allowed = [.. BuiltIn, .. more];

    /// <summary>The endpoint as it is stored and called: the host in lower case and ASCII, without a dot at its end, without a fragment.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.InvalidInput"/>, in EmbedCache's words where it has some.</exception>
    public Uri Require(string endpoint)
    {
        if (endpoint.Length > MaxLength)
            throw Refused($"A BYOK endpoint has at most {MaxLength} characters");
        if (!endpoint.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            throw Refused("HTTPS required for BYOK endpoints");
        if (endpoint.StartsWith("https:///", StringComparison.OrdinalIgnoreCase))
            throw Refused("Host not in allowed list: None");
        // Uri trims and drops some of these, others may not: no two parsers get to differ.
        if (endpoint.AsSpan().ContainsAny('\\', ' ') || endpoint.Any(char.IsControl) || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
            throw Refused(endpoint.StartsWith("https://[", StringComparison.OrdinalIgnoreCase) ? "Invalid IPv6 URL" : "Invalid URL");

        var host = uri.IdnHost.ToLowerInvariant();
        if (host.EndsWith('.'))
            host = host[..^1];
        var named = Array.FindAll(_allowed, allowed => allowed.Names(host));
        if (named.Length == 0)
            throw Refused($"Host not in allowed list: {host}");
        if (uri.UserInfo.Length > 0 || HasUserInfo(endpoint))
            throw Refused("User info not allowed in BYOK endpoints");
        if (!Array.Exists(named, allowed => allowed.Port == uri.Port))
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"Port not in allowed list: {uri.Port}"));
        return new UriBuilder(Uri.UriSchemeHttps, host, uri.Port, uri.AbsolutePath, uri.Query).Uri;
    }

    /// <summary>"https://@host/" too, where <see cref="Uri.UserInfo"/> is empty.</summary>
    private static bool HasUserInfo(string endpoint)
    {
        var authority = endpoint.AsSpan("https://".Length);
        var end = authority.IndexOfAny('/', '?', '#');
        return (end < 0 ? authority : authority[..end]).Contains('@');
    }

    private static QuiverException Refused(string message) => new(ErrorKind.InvalidInput, message) { Parameter = "endpoint" };
}
