using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Quiver.Models;

/// <summary>Exact widening of 16-bit floats to float32: the same bits on every machine, subnormals, infinities and NaN included.</summary>
/// <remarks>
/// Written in integer steps instead of F16C because that instruction is not everywhere and quiets signalling NaN. The source may
/// start at an odd address: every load is an unaligned one.
/// </remarks>
internal static class Widening
{
    private const uint ExponentF16 = 0x7C00u << 13;
    private const uint Rebias = (127u - 15u) << 23;
    private const uint SmallestNormalF16 = 113u << 23;

    public static void FromF16(ReadOnlySpan<byte> source, Span<float> destination) => Widen<F16>(source, destination);

    public static void FromBF16(ReadOnlySpan<byte> source, Span<float> destination) => Widen<BF16>(source, destination);

    /// <remarks>Compiled in full at its first call: a model's weights go through here once, in the time to a server's first answer.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<TFormat>(ReadOnlySpan<byte> source, Span<float> destination)
        where TFormat : struct, IFormat
    {
        if (source.Length != 2L * destination.Length)
            throw new ArgumentException("Two bytes for each element are needed.", nameof(source));

        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref Unsafe.As<float, uint>(ref MemoryMarshal.GetReference(destination));
        var i = 0;
        for (; i <= destination.Length - Vector256<ushort>.Count; i += Vector256<ushort>.Count)
        {
            var halves = Unsafe.ReadUnaligned<Vector256<ushort>>(ref Unsafe.Add(ref from, 2 * i));
            var (lower, upper) = Vector256.Widen(halves);
            TFormat.Widen(lower).StoreUnsafe(ref to, (nuint)i);
            TFormat.Widen(upper).StoreUnsafe(ref to, (nuint)(i + Vector256<uint>.Count));
        }

        for (; i < destination.Length; i++)
        {
            var half = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref from, 2 * i));
            Unsafe.Add(ref to, i) = TFormat.Widen(Vector256.CreateScalar((uint)half)).ToScalar();
        }
    }

    /// <summary>One rule for eight elements and for the last few, so that position in the row can never matter.</summary>
    private interface IFormat
    {
        static abstract Vector256<uint> Widen(Vector256<uint> halves);
    }

    private readonly struct BF16 : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Widen(Vector256<uint> halves) => halves << 16;
    }

    private readonly struct F16 : IFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Widen(Vector256<uint> halves)
        {
            var sign = (halves & Vector256.Create(0x8000u)) << 16;
            var magnitude = (halves & Vector256.Create(0x7FFFu)) << 13;
            var exponent = magnitude & Vector256.Create(ExponentF16);
            var normal = magnitude + Vector256.Create(Rebias);
            var infiniteOrNaN = normal + Vector256.Create(Rebias);

            // A subnormal half is its significand over 2^24: put it under the exponent of 2^-14, take 2^-14 away, and the subtraction
            // normalizes it exactly. No float32 subnormal appears on the way, so flush-to-zero modes cannot change the result.
            var smallest = Vector256.Create(SmallestNormalF16);
            var subnormal = ((magnitude + smallest).AsSingle() - smallest.AsSingle()).AsUInt32();

            var wide = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256.Create(ExponentF16)), infiniteOrNaN, normal);
            wide = Vector256.ConditionalSelect(Vector256.Equals(exponent, Vector256<uint>.Zero), subnormal, wide);
            return wide | sign;
        }
    }
}
