using System.Buffers;

namespace Quiver.Secrets;

/// <summary>Texts that stand in documents where a secret should: whoever starts a server with one has forgotten to choose.</summary>
internal static class SampleSecrets
{
    private static readonly SearchValues<string> Phrases = SearchValues.Create(
        ["your-", "your_", "yourkey", "yoursecret", "change-me", "change_me", "changeme", "change-this", "change_this", "changethis", "replace-me", "replace_me", "replaceme",
            "-key-here", "_key_here", "-secret-here", "_secret_here", "example", "placeholder", "to-be-set", "insert-", "<", "xxxx"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>Whole texts: words nobody calls random, and keys printed in specifications.</summary>
    private static readonly HashSet<string> Texts = new(StringComparer.OrdinalIgnoreCase)
    {
        "secret", "password", "key", "test", "dev", "development", "default", "supersecret", "super-secret", "super_secret", "secret-key", "secret_key",
        "secretkey", "encryption-key", "encryption_key", "jwt-secret", "jwt_secret",
        "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=",
    };

    public static bool Contain(string text) => string.IsNullOrWhiteSpace(text) || Texts.Contains(text.Trim()) || text.AsSpan().ContainsAny(Phrases);
}
