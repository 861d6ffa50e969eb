namespace Quiver.Accounts.Passwords;

/// <summary>What a password has to be. Nothing is asked of its characters (NIST SP 800-63B, 3.1.1.2).</summary>
internal static class PasswordRules
{
    public const int LeastCharacters = 8;

    /// <summary>Far more than anyone types: what is longer is not hashed at all.</summary>
    public const int MostCharacters = 1024;

    /// <summary>What is wrong with a new password, without quoting it; null when nothing is.</summary>
    public static string? Problem(string password)
    {
        if (password.Length > MostCharacters)
            return $"A password has at most {MostCharacters} characters.";
        if (password.Contains('\0', StringComparison.Ordinal))
            return "A password holds no NUL character.";
        return password.EnumerateRunes().Count() < LeastCharacters ? $"A password has at least {LeastCharacters} characters." : null;
    }

    /// <summary>Whether it is worth hashing at all: no password that was ever taken is otherwise.</summary>
    public static bool MayBeOne(string password) => password.Length <= MostCharacters && !password.Contains('\0', StringComparison.Ordinal);
}
