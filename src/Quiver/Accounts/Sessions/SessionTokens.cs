using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Quiver.Accounts.Sessions;

/// <summary>Session tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256.</summary>
/// <remarks>
/// Only tokens of our own making are read, so their first part is one of two known texts: no header is parsed, and neither another algorithm
/// nor another key id, encryption or compression can be asked for. The signature is compared as text, in constant time; what it covers is
/// looked at after that alone. Thread-safe.
/// </remarks>
/// <param name="current">Signs.</param>
/// <param name="previous">Is still believed, while secrets are exchanged.</param>
internal sealed class SessionTokens(SigningSecret current, SigningSecret? previous, TimeProvider time)
{
    public const int MaxLength = 8192;

    /// <summary>The 24 hours of EmbedCache.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const string Issuer = "quiver";
    private const int SignatureLength = 43;
    private const int TokenIdBytes = 16;

    /// <summary>How far the clocks of replicas may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private readonly Signer[] _signers = previous is null ? [new Signer(current)] : [new Signer(current), new Signer(previous)];

    public string Create(string userId, long generation)
    {
        var now = time.GetUtcNow();
        var claims = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            json.WriteString("iss"u8, Issuer);
            json.WriteString("user_id"u8, userId);
            json.WriteNumber("gen"u8, generation);
            json.WriteString("jti"u8, RandomNumberGenerator.GetHexString(2 * TokenIdBytes, lowercase: true));
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, (now + Lifetime).ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        var head = $"{_signers[0].Header}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        return $"{head}.{_signers[0].Sign(head)}";
    }

    /// <summary>Whether a text is meant as a session token: it cannot be a key then.</summary>
    public static bool LooksLikeOne(ReadOnlySpan<char> text) => text.StartsWith("eyJ", StringComparison.Ordinal) && text.Contains('.');

    /// <returns>null for a token that is not ours, was changed or has expired.</returns>
    public SessionClaims? Read(string token)
    {
        if (token.Length is > MaxLength or <= SignatureLength || token[^(SignatureLength + 1)] != '.')
            return null;
        var head = token[..^(SignatureLength + 1)];
        var signer = Array.Find(_signers, signer => head.StartsWith(signer.Header, StringComparison.Ordinal) && head.AsSpan(signer.Header.Length) is ['.', ..]);
        if (signer is null || !signer.IsSignature(token.AsSpan(^SignatureLength), head))
            return null;
        return ReadClaims(head.AsSpan(signer.Header.Length + 1)) is { } claims && IsInForce(claims) ? claims.Session : null;
    }

    private bool IsInForce(Claims claims)
    {
        var now = time.GetUtcNow();
        return now < claims.Session.Expires + ClockSkew && claims.IssuedAt <= now + ClockSkew;
    }

    /// <summary>Signed by us; a signature does not say that it was this version of us.</summary>
    private static Claims? ReadClaims(ReadOnlySpan<char> part)
    {
        var json = new byte[Base64Url.GetMaxDecodedLength(part.Length)];
        if (!Base64Url.TryDecodeFromChars(part, json, out var length))
            return null;
        try
        {
            using var document = JsonDocument.Parse(json.AsMemory(0, length));
            var root = document.RootElement;
            return root.GetProperty("iss").GetString() != Issuer
                ? null
                : new Claims(
                    new SessionClaims(
                        root.GetProperty("user_id").GetString()!,
                        root.GetProperty("gen").GetInt64(),
                        root.GetProperty("jti").GetString()!,
                        DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("exp").GetInt64())),
                    DateTimeOffset.FromUnixTimeSeconds(root.GetProperty("iat").GetInt64()));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private readonly record struct Claims(SessionClaims Session, DateTimeOffset IssuedAt);

    private sealed class Signer(SigningSecret secret)
    {
        public string Header { get; } = Base64Url.EncodeToString(System.Text.Encoding.ASCII.GetBytes($$"""{"alg":"HS256","typ":"JWT","kid":"{{secret.KeyId}}"}"""));

        public string Sign(string head)
        {
            Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
            secret.Sign(System.Text.Encoding.UTF8.GetBytes(head), signature);
            return Base64Url.EncodeToString(signature);
        }

        public bool IsSignature(ReadOnlySpan<char> presented, string head)
        {
            Span<byte> bytes = stackalloc byte[SignatureLength];
            return System.Text.Encoding.ASCII.TryGetBytes(presented, bytes, out var length)
                && CryptographicOperations.FixedTimeEquals(bytes[..length], System.Text.Encoding.ASCII.GetBytes(Sign(head)));
        }
    }
}
