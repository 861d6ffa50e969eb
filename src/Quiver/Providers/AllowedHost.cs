using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Quiver.Providers;

/// <summary>A host that tenants' providers may be at: one name, or all below a suffix; one port.</summary>
/// <param name="Name">In lower case and ASCII; ".example.com" is every name that ends so, and not example.com itself.</param>
internal sealed record AllowedHost(string Name, int Port)
{
    public const int HttpsPort = 443;

    private bool IsSuffix => Name[0] == '.';

    /// <summary>Reads "api.example.com", ".example.com" or either with a port: "api.example.com:8443".</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AllowedHost? host)
    {
        host = null;
        var parts = text.Split(':');
        var port = HttpsPort;
        if (parts.Length > 2 || (parts.Length == 2 && !(int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue)))
            return false;

        var name = parts[0].ToLowerInvariant();
        var bare = name.TrimStart('.');
        // A suffix of one label (".com") would be half the world.
        if (name.Length - bare.Length > 1 || Uri.CheckHostName(bare) != UriHostNameType.Dns || !System.Text.Ascii.IsValid(bare) || !bare.Contains('.', StringComparison.Ordinal))
            return false;
        host = new AllowedHost(name, port);
        return true;
    }

    /// <param name="host">In lower case and ASCII, without a dot at its end.</param>
    public bool Names(string host) => IsSuffix ? host.Length > Name.Length && host.EndsWith(Name, StringComparison.Ordinal) : host == Name;

    public override string ToString() => Port == HttpsPort ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}:{Port}");
}
