using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Quiver.Secrets;

/// <summary>Fernet tokens, version 0x80: AES-128-CBC with PKCS #7 padding, then HMAC-SHA-256 over all that comes before it.</summary>
/// <remarks>
/// A token is base64url of version (1 byte), time (8, big-endian seconds since 1970), IV (16), ciphertext, HMAC (32). Source: github.com/fernet/spec.
/// The format binds a token to no place: <see cref="SecretBox"/> does.
/// </remarks>
internal static class Fernet
{
    private const byte Version = 0x80;
    private const int HeadBytes = 1 + sizeof(long) + IvBytes;
    private const int IvBytes = 16;
    private const int BlockBytes = 16;
    private const int MacBytes = HMACSHA256.HashSizeInBytes;

    /// <summary>How far the clock of who made a token may be ahead.</summary>
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(1);

    public static string Encrypt(FernetKey key, ReadOnlySpan<byte> plaintext, DateTimeOffset time) =>
        Encrypt(key, plaintext, time, RandomNumberGenerator.GetBytes(IvBytes));

    /// <param name="iv">[16], never used twice with a key.</param>
    public static string Encrypt(FernetKey key, ReadOnlySpan<byte> plaintext, DateTimeOffset time, ReadOnlySpan<byte> iv)
    {
        using var aes = Cipher(key);
        var token = new byte[HeadBytes + aes.GetCiphertextLengthCbc(plaintext.Length) + MacBytes];
        token[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(token.AsSpan(1), time.ToUnixTimeSeconds());
        iv.CopyTo(token.AsSpan(HeadBytes - IvBytes));
        aes.EncryptCbc(plaintext, iv, token.AsSpan(HeadBytes));
        HMACSHA256.HashData(key.Signing, token.AsSpan(0, token.Length - MacBytes), token.AsSpan(token.Length - MacBytes));
        return Base64UrlText.Encode(token);
    }

    /// <summary>Opens a token, however old.</summary>
    /// <returns>false if it was not made with this key, or was changed since.</returns>
    public static bool TryDecrypt(FernetKey key, string token, [NotNullWhen(true)] out byte[]? plaintext, out DateTimeOffset time)
    {
        (plaintext, time) = (null, default);
        if (Base64UrlText.TryDecode(token) is not { } bytes || !IsAuthentic(key, bytes))
            return false;

        var seconds = BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1));
        if (seconds < 0 || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return false;
        time = DateTimeOffset.FromUnixTimeSeconds(seconds);
        try
        {
            using var aes = Cipher(key);
            plaintext = aes.DecryptCbc(bytes.AsSpan(HeadBytes..^MacBytes), bytes.AsSpan(HeadBytes - IvBytes, IvBytes));
            return true;
        }
        catch (CryptographicException)
        {
            // Who holds the key can sign what is no padding; nobody else gets here, so the difference tells nothing.
            return false;
        }
    }

    /// <summary>Opens a token that is at most so old, and not from the future but for a minute of skew.</summary>
    public static bool TryDecrypt(FernetKey key, string token, TimeSpan timeToLive, DateTimeOffset now, [NotNullWhen(true)] out byte[]? plaintext)
    {
        if (TryDecrypt(key, token, out plaintext, out var time) && time + timeToLive >= now && time <= now + MaxSkew)
            return true;
        plaintext = null;
        return false;
    }

    /// <summary>Nothing is decrypted that does not pass here.</summary>
    private static bool IsAuthentic(FernetKey key, byte[] token)
    {
        if (token.Length < HeadBytes + BlockBytes + MacBytes || (token.Length - HeadBytes - MacBytes) % BlockBytes != 0 || token[0] != Version)
            return false;
        Span<byte> mac = stackalloc byte[MacBytes];
        HMACSHA256.HashData(key.Signing, token.AsSpan(0, token.Length - MacBytes), mac);
        return CryptographicOperations.FixedTimeEquals(mac, token.AsSpan(token.Length - MacBytes));
    }

    private static Aes Cipher(FernetKey key)
    {
        var aes = Aes.Create();
        aes.SetKey(key.Encryption);
        return aes;
    }
}
