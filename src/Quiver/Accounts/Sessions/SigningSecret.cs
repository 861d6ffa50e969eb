using System.Security.Cryptography;

namespace Quiver.Accounts.Sessions;

/// <summary>A secret that session tokens are signed with, and the name that their headers call it by.</summary>
internal sealed class SigningSecret
{
    /// <summary>What HS256 asks for (RFC 7518, 3.2): the width of its hash.</summary>
    public const int LeastBytes = 32;

    private const int KeyIdBytes = 6;

    /// <summary>OWASP's number for PBKDF2-HMAC-SHA512.</summary>
    private const int Iterations = 220_000;

    /// <summary>What example configurations hold: known to everyone who can read.</summary>
    private static readonly string[] Samples =
    [
        "your-jwt-secret-key", "your-32+char-jwt-secret", "your-secret-key", "your-256-bit-secret", "your-super-secret-key", "your-jwt-secret", "jwt-secret",
        "change-me", "changeme", "change-me-in-production", "change-this-in-production", "secret", "secret-key", "supersecret",
    ];

    private readonly byte[] _key;

    private SigningSecret(byte[] key)
    {
        _key = key;
        // Of a keyed hash: the name says nothing about the secret.
        KeyId = Convert.ToHexStringLower(HMACSHA256.HashData(key, "quiver key id"u8)[..KeyIdBytes]);
    }

    public string KeyId { get; }

    public static SigningSecret Of(ReadOnlySpan<byte> key) =>
        key.Length >= LeastBytes ? new SigningSecret(key.ToArray()) : throw new ArgumentException($"A signing secret has at least {LeastBytes} bytes.", nameof(key));

    /// <summary>The secret that a configuration gives as text. A short one is stretched, which is slow, with the salt of this installation.</summary>
    /// <param name="isShort">Whether it was: worth a warning.</param>
    public static SigningSecret OfText(string text, ReadOnlySpan<byte> salt, out bool isShort)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        isShort = bytes.Length < LeastBytes;
        return new SigningSecret(isShort ? Rfc2898DeriveBytes.Pbkdf2(bytes, salt, Iterations, HashAlgorithmName.SHA512, LeastBytes) : bytes);
    }

    /// <summary>Whether a text stands in documentation, and so is no secret.</summary>
    public static bool IsSample(string text) => Samples.Contains(text.Trim(), StringComparer.OrdinalIgnoreCase);

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature) => HMACSHA256.HashData(_key, message, signature);
}
