using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Quiver.Caching;

/// <summary>What a cached vector is found by: the SHA-256 of whose it is, how it is computed, and of what.</summary>
/// <remarks>
/// Parts are told apart by their lengths (<see cref="HashedParts"/>), never by separators, which a text may hold. Nothing is folded, trimmed or normalized. A lone surrogate counts as U+FFFD, as it does to every
/// tokenizer.
/// </remarks>
internal readonly struct CacheKey : IEquatable<CacheKey>
{
    /// <summary>Changes whenever the bytes below do, so that keys kept outside the process never mean something else.</summary>
    private const byte Version = 1;

    /// <summary>How long a key is.</summary>
    public const int Bytes = SHA256.HashSizeInBytes;

    private const int StackBytes = 1024;

    private readonly long _a;
    private readonly long _b;
    private readonly long _c;
    private readonly long _d;

    private CacheKey(ReadOnlySpan<byte> digest)
    {
        var words = MemoryMarshal.Cast<byte, long>(digest);
        (_a, _b, _c, _d) = (words[0], words[1], words[2], words[3]);
    }

    /// <summary>64 bits of it, as good as random.</summary>
    public long Fingerprint => _a;

    /// <summary>All of it.</summary>
    /// <param name="digest">[32]</param>
    public void CopyTo(Span<byte> digest)
    {
        var words = MemoryMarshal.Cast<byte, long>(digest);
        (words[0], words[1], words[2], words[3]) = (_a, _b, _c, _d);
    }

    public byte[] ToArray()
    {
        var digest = new byte[SHA256.HashSizeInBytes];
        CopyTo(digest);
        return digest;
    }

    /// <param name="digest">[32] What <see cref="CopyTo"/> gave.</param>
    public static CacheKey Of(ReadOnlySpan<byte> digest) => new(digest);

    public static bool operator ==(CacheKey left, CacheKey right) => left.Equals(right);

    public static bool operator !=(CacheKey left, CacheKey right) => !left.Equals(right);

    /// <param name="tenant">Whose line it is; null for the line that all tenants share.</param>
    /// <param name="identity">What decides the bits of a vector beside its input.</param>
    public static CacheKey OfText(string? tenant, ReadOnlySpan<byte> identity, string text) =>
        Of(CacheKeyKind.Text, tenant, identity, text, default);

    /// <param name="complete">Whether the ids hold the special tokens already.</param>
    /// <inheritdoc cref="OfText"/>
    public static CacheKey OfTokenIds(string? tenant, ReadOnlySpan<byte> identity, ReadOnlySpan<int> ids, bool complete) =>
        Of(complete ? CacheKeyKind.CompleteTokenIds : CacheKeyKind.TokenIds, tenant, identity, "", MemoryMarshal.AsBytes(ids));

    /// <summary>The key of a line itself rather than of an entry of it.</summary>
    public static CacheKey OfLine(string? tenant, ReadOnlySpan<byte> identity) => Of(CacheKeyKind.Line, tenant, identity, "", default);

    public bool Equals(CacheKey other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    public override bool Equals(object? obj) => obj is CacheKey other && Equals(other);

    public override int GetHashCode() => (int)_b;

    /// <summary>One of <paramref name="text"/> and <paramref name="ids"/> is empty: the kind says which.</summary>
    private static CacheKey Of(CacheKeyKind kind, string? tenant, ReadOnlySpan<byte> identity, string text, ReadOnlySpan<byte> ids)
    {
        ReadOnlySpan<byte> kinds = [Version, (byte)kind, tenant is null ? (byte)0 : (byte)1];
        var most = checked(kinds.Length + identity.Length + ids.Length + (3 * HashedParts.LengthBytes) + HashedParts.MaxBytes(tenant ?? "") + HashedParts.MaxBytes(text));
        byte[]? rented = null;
        var parts = new HashedParts(most <= StackBytes ? stackalloc byte[StackBytes] : rented = ArrayPool<byte>.Shared.Rent(most));
        parts.Add(kinds);
        parts.Add(tenant ?? "");
        parts.Add(identity);
        parts.Add(text);
        parts.Add(ids);

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        parts.Hash(digest);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return new CacheKey(digest);
    }
}

/// <summary>What a key's input is. Part of the key: the numbers never change.</summary>
internal enum CacheKeyKind : byte
{
    Text = 1,
    TokenIds = 2,
    CompleteTokenIds = 3,
    Line = 4,
}
