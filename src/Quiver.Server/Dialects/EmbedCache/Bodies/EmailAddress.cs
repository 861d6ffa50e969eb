using System.Buffers;

namespace Quiver.Server.Dialects.EmbedCache.Bodies;

/// <summary>Addresses as the service took them: also <c>Name &lt;address&gt;</c> and blanks around, the domain without regard to case, no name that mail cannot reach.</summary>
internal static class EmailAddress
{
    private const int MaxLocal = 64;
    private const int MaxAddress = 254;
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> LocalCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~");

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Names that no mail reaches (RFC 6761 and IANA's list of special-use domains).</summary>
    private static readonly string[] SpecialDomains = ["test", "invalid", "local", "localhost", "onion", "arpa"];

    /// <param name="reason">A sentence without anything of the address; empty where there is nothing to object to.</param>
    public static bool TryParse(string written, out string address, out string reason)
    {
        address = "";
        var plain = Plain(written.Trim());
        var at = plain.LastIndexOf('@');
        reason = at < 0 ? "An email address must have an @-sign." : Objection(plain[..at], plain[(at + 1)..].ToLowerInvariant());
        if (reason.Length > 0)
            return false;
        address = plain[..at] + "@" + plain[(at + 1)..].ToLowerInvariant();
        return true;
    }

    private static string Plain(string written) =>
        written.EndsWith('>') && written.LastIndexOf('<') is >= 0 and var open ? written[(open + 1)..^1].Trim() : written;

    private static string Objection(string local, string domain)
    {
        if (local.Length == 0)
            return "There must be something before the @-sign.";
        if (domain.Length == 0)
            return "There must be something after the @-sign.";
        if (local.Length + 1 + domain.Length is var length && length > MaxAddress)
            return $"The email address is too long ({length - MaxAddress} {(length - MaxAddress == 1 ? "character" : "characters")} too many).";
        if (local.Length > MaxLocal)
            return "The email address is too long before the @-sign.";
        if (local.AsSpan().ContainsAnyExcept(LocalCharacters) || local.StartsWith('.') || local.EndsWith('.') || local.Contains("..", StringComparison.Ordinal))
            return "The email address contains invalid characters before the @-sign.";
        var labels = domain.Split('.');
        if (labels.Any(label => label.Length is 0 or > MaxLabel || label.StartsWith('-') || label.EndsWith('-') || label.AsSpan().ContainsAnyExcept(LabelCharacters)))
            return "The part after the @-sign is not a valid domain name.";
        if (labels.Length < 2)
            return "The part after the @-sign is not valid. It should have a period.";
        return SpecialDomains.Contains(labels[^1]) ? "The part after the @-sign is a special-use or reserved name that cannot be used with email." : "";
    }
}
