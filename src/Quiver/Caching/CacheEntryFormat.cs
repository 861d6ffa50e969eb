using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Quiver.Caching;

/// <summary>
/// An entry as bytes outside this process. Reading trusts nothing: what is not whole, of another identity, of another key, of another width or not
/// finite is no entry.
/// </summary>
/// <remarks>
/// 48 bytes, then the elements, all little-endian: version (1), type of the elements (1), two zeros, width (int32), tokens (int32),
/// full tokens (int32), time of computation (int64, Unix milliseconds), 8 zeros, and the first 16 bytes of the SHA-256 of key, identity, all
/// before it and the elements. A checksum and no signature: who can write to the store can also compute it.
/// </remarks>
internal static class CacheEntryFormat
{
    public const int HeadBytes = 48;

    private const byte Version = 1;

    private const int ChecksumAt = 32;

    private const int ChecksumBytes = 16;

    public static byte[] Write(CacheEntry entry, StoredElement element)
    {
        var vector = entry.BaseVector;
        var bytes = new byte[HeadBytes + (vector.Length * SizeOf(element))];
        bytes[0] = Version;
        bytes[1] = (byte)element;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), vector.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), entry.Tokens);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), entry.FullTokens);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), entry.CreatedAt);
        if (element == StoredElement.Float32)
            MemoryMarshal.AsBytes(vector).CopyTo(bytes.AsSpan(HeadBytes));
        else
            HalfPrecision.Write(vector, MemoryMarshal.Cast<byte, Half>(bytes.AsSpan(HeadBytes)));
        Checksum(new LineKey(entry.Line, entry.Key), bytes, bytes.AsSpan(ChecksumAt, ChecksumBytes));
        return bytes;
    }

    public static bool TryRead(LineKey key, ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CacheEntry? entry)
    {
        entry = null;
        if (bytes.Length < HeadBytes || bytes[0] != Version || bytes[1] is not ((byte)StoredElement.Float32 or (byte)StoredElement.Float16))
            return false;
        var element = (StoredElement)bytes[1];
        var width = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (width != key.Line.Width || bytes.Length != HeadBytes + ((long)width * SizeOf(element)))
            return false;
        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        Checksum(key, bytes, checksum);
        if (!checksum.SequenceEqual(bytes.Slice(ChecksumAt, ChecksumBytes)))
            return false;

        var vector = new float[width];
        if (element == StoredElement.Float32)
            bytes[HeadBytes..].CopyTo(MemoryMarshal.AsBytes(vector.AsSpan()));
        else
            HalfPrecision.Read(MemoryMarshal.Cast<byte, Half>(bytes[HeadBytes..]), vector);
        var tokens = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var fullTokens = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        // None are told of a vector that another server has computed.
        if (tokens < 0 || fullTokens < 0 || !Array.TrueForAll(vector, float.IsFinite))
            return false;
        entry = new CacheEntry(key, vector, tokens, fullTokens) { CreatedAt = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) };
        return true;
    }

    /// <summary>When an entry was computed, in Unix milliseconds, by its head alone; the beginning of time where there is none.</summary>
    public static long CreatedAt(ReadOnlySpan<byte> head) =>
        head.Length == HeadBytes && head[0] == Version ? BinaryPrimitives.ReadInt64LittleEndian(head[16..]) : long.MinValue;

    private static int SizeOf(StoredElement element) => element == StoredElement.Float32 ? sizeof(float) : sizeof(ushort);

    private static void Checksum(LineKey key, ReadOnlySpan<byte> bytes, Span<byte> checksum)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        key.Key.CopyTo(digest);
        hash.AppendData(digest);
        hash.AppendData(key.Line.Identity.Span);
        hash.AppendData(bytes[..ChecksumAt]);
        hash.AppendData(bytes[HeadBytes..]);
        hash.GetHashAndReset(digest);
        digest[..checksum.Length].CopyTo(checksum);
    }
}

/// <summary>What the elements of a vector outside this process are. Stored: the numbers never change.</summary>
public enum StoredElement : byte
{
    /// <summary>What was computed, bit for bit.</summary>
    Float32 = 1,

    /// <summary>Half the room; each element rounded to eleven bits.</summary>
    Float16 = 2,
}
