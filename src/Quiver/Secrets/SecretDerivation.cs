using System.Security.Cryptography;

namespace Quiver.Secrets;

/// <summary>Makes keys of texts that are none: PBKDF2 with HMAC-SHA-256.</summary>
internal static class SecretDerivation
{
    public const int SaltBytes = 16;

    /// <summary>OWASP's and ASVS 5.0's number for SHA-256.</summary>
    private const int Iterations = 600_000;

    /// <summary>What EmbedCache does with every ENCRYPTION_KEY, one that is a Fernet key included.</summary>
    private const int EmbedCacheIterations = 100_000;

    /// <param name="salt">Random, one per installation: the same text gives another key elsewhere.</param>
    public static FernetKey Derive(string text, ReadOnlySpan<byte> salt)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltBytes);
        return Derive(text, salt, Iterations);
    }

    /// <summary>
    /// The key under which EmbedCache kept provider keys (recorded from its commit 26c06df): its salt is the same in every installation, so this
    /// only opens what is moved from there, and seals nothing.
    /// </summary>
    public static FernetKey OfEmbedCache(string encryptionKey) => Derive(encryptionKey, "vec-embed-cache-salt"u8, EmbedCacheIterations);

    private static FernetKey Derive(string text, ReadOnlySpan<byte> salt, int iterations)
    {
        Span<byte> key = stackalloc byte[FernetKey.Bytes];
        Rfc2898DeriveBytes.Pbkdf2(System.Text.Encoding.UTF8.GetBytes(text), salt, key, iterations, HashAlgorithmName.SHA256);
        return new FernetKey(key);
    }
}
