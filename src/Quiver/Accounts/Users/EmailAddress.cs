namespace Quiver.Accounts.Users;

/// <summary>What counts as an address of a person: enough to be one, no more. Nothing is sent to it.</summary>
internal static class EmailAddress
{
    /// <summary>RFC 5321, 4.5.3.1.3.</summary>
    private const int MostCharacters = 254;

    public static bool IsOne(string text)
    {
        var at = text.LastIndexOf('@');
        return text.Length <= MostCharacters && at > 0
            && text.IndexOf('@', StringComparison.Ordinal) == at
            && text.AsSpan(at + 1) is { Length: > 2 } host && host.Contains('.') && host is not ['.', ..] && host is not [.., '.'] && host.IndexOf("..", StringComparison.Ordinal) < 0
            && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '<' or '>' or '"' or ',' or ';' or '(' or ')' or '\\');
    }

    /// <summary>Two spellings of one address have one key.</summary>
    public static string KeyOf(string email) => email.Normalize().ToLowerInvariant();
}
