using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// A fast hash of short byte strings by 128-bit multiplication (the construction of wyhash), seeded per process so that neither a text
/// nor a vocabulary can be made to collide.
/// </summary>
internal static class ByteHash
{
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Compute(ReadOnlySpan<byte> bytes)
    {
        ref var start = ref MemoryMarshal.GetReference(bytes);
        var length = bytes.Length;
        if (length > 16)
            return Long(bytes);
        ulong a, b;
        if (length >= 8)
        {
            a = Unsafe.ReadUnaligned<ulong>(ref start);
            b = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8));
        }
        else if (length >= 4)
        {
            a = Unsafe.ReadUnaligned<uint>(ref start);
            b = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, length - 4));
        }
        else
        {
            a = length == 0 ? 0 : (ulong)(start << 16 | Unsafe.Add(ref start, length >> 1) << 8 | Unsafe.Add(ref start, length - 1));
            b = 0;
        }

        return Mix(Second ^ (ulong)length, Mix(a ^ Second, b ^ Seed));
    }

    private static ulong Long(ReadOnlySpan<byte> bytes)
    {
        var state = Seed;
        var rest = bytes;
        while (rest.Length > 16)
        {
            state = Mix(MemoryMarshal.Read<ulong>(rest) ^ First, MemoryMarshal.Read<ulong>(rest[8..]) ^ state);
            rest = rest[16..];
        }

        var tail = bytes[^16..];
        var last = Mix(MemoryMarshal.Read<ulong>(tail) ^ Second, MemoryMarshal.Read<ulong>(tail[8..]) ^ state);
        return Mix(Second ^ (ulong)bytes.Length, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
