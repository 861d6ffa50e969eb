using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Quiver.Accounts;

/// <summary>The SHA-256 of an API key: all that is kept of it, and what it is found by.</summary>
/// <remarks>A plain hash is enough for a secret of 160 random bits (ASVS 5.0, 6.5.2); a slow one would cost more than the request.</remarks>
internal readonly record struct KeyHash(long A, long B, long C, long D)
{
    public const int Bytes = 32;

    private const int MaxStackBytes = 256;

    public static KeyHash Of(ReadOnlySpan<char> key)
    {
        Span<byte> digest = stackalloc byte[Bytes];
        var room = System.Text.Encoding.UTF8.GetMaxByteCount(key.Length);
        var text = room <= MaxStackBytes ? stackalloc byte[MaxStackBytes] : new byte[room];
        SHA256.HashData(text[..System.Text.Encoding.UTF8.GetBytes(key, text)], digest);
        return From(digest);
    }

    /// <param name="digest">Exactly <see cref="Bytes"/>.</param>
    public static KeyHash From(ReadOnlySpan<byte> digest) => MemoryMarshal.Read<KeyHash>(digest);

    public byte[] ToArray()
    {
        var self = this;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(ref self)).ToArray();
    }

    public override int GetHashCode() => (int)A;
}
