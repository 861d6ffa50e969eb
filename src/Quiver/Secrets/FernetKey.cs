using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Quiver.Secrets;

/// <summary>The two keys of Fernet: 16 bytes that sign and 16 that encrypt.</summary>
/// <remarks>Immutable. Its text is the secret and comes from <see cref="Export"/> alone: <see cref="ToString"/> hides it.</remarks>
internal sealed class FernetKey
{
    public const int Bytes = 32;

    private readonly byte[] _bytes;

    /// <param name="bytes">[32]: the signing key, then the encryption key.</param>
    public FernetKey(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Bytes);
        _bytes = bytes.ToArray();
        Fingerprint = Convert.ToHexStringLower(HMACSHA256.HashData(_bytes, "quiver key fingerprint"u8)[..8]);
    }

    public ReadOnlySpan<byte> Signing => _bytes.AsSpan(0, 16);

    public ReadOnlySpan<byte> Encryption => _bytes.AsSpan(16);

    /// <summary>Tells keys apart, and tells nothing else: 16 hexadecimal digits.</summary>
    public string Fingerprint { get; }

    public static FernetKey Generate() => new(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Reads base64url of 32 bytes, padded: 44 characters.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FernetKey? key)
    {
        key = Base64UrlText.TryDecode(text) is { Length: Bytes } bytes ? new FernetKey(bytes) : null;
        return key is not null;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public string Export() => Base64UrlText.Encode(_bytes);

    public override string ToString() => "***";
}
