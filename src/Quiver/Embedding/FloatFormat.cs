using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Quiver.Embedding;

/// <summary>Floats as JSON numbers that read back to the same bits, in 8 or 9 significant digits, several times faster than the library's.</summary>
/// <remarks>
/// For 2^-16 ≤ |x| &lt; 1 the number of decimals follows from the binary exponent alone. Let x lie in [2^-e, 2^(1-e)): its neighbours are
/// 2^(-e-23) away, so any decimal within 2^(-e-24) of it reads back as x. <c>Decimals[e]</c> is the least d with ½·10^-d &lt; 2^(-e-24), and
/// n = round(|x|·10^d) gives such a decimal, n·10^-d. (Below a power of two the neighbour is nearer; those 16 values are tested one by
/// one.) The product is exact in double, as 10^d = 2^d·5^d has at most 28 significant bits for d ≤ 12 and x has 24. n is below
/// 2^(1-e)·10^d ≤ 5·2^25, so it has at most nine digits, the ninth from the right being 0 or 1. Everything else, zero and non-finite values
/// included, takes the library's shortest form.
/// </remarks>
internal static class FloatFormat
{
    /// <summary>The most bytes that <see cref="Write"/> writes for one value: "-1.17549435E-38" and what the fast path stores ahead.</summary>
    public const int MaxBytes = 24;

    private const int LeastExponent = 16;

    /// <summary>Decimals by e, where |x| is in [2^-e, 2^(1-e)).</summary>
    private static ReadOnlySpan<byte> Decimals => [0, 8, 8, 8, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 12, 12, 12];

    private static ReadOnlySpan<double> PowersOfTen => [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

    /// <summary>Writes a finite value at the start of <paramref name="destination"/>, which has room for <see cref="MaxBytes"/>.</summary>
    /// <returns>How many bytes were written.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(float value, Span<byte> destination)
    {
        var e = ExponentOf(value);
        return (uint)(e - 1) >= LeastExponent || destination.Length < MaxBytes
            ? WriteAny(value, destination)
            : WriteUsual(value, e, ref MemoryMarshal.GetReference(destination));
    }

    /// <summary>Writes finite values, each followed by a comma, and returns the length.</summary>
    /// <param name="destination">With room for <see cref="MaxBytes"/> and a comma for each value: asked once, not for each.</param>
    public static int WriteList(ReadOnlySpan<float> values, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, checked(values.Length * (MaxBytes + 1)));
        ref var start = ref MemoryMarshal.GetReference(destination);
        var at = 0;
        foreach (var value in values)
        {
            var e = ExponentOf(value);
            at += (uint)(e - 1) < LeastExponent ? WriteUsual(value, e, ref Unsafe.Add(ref start, at)) : WriteAny(value, destination[at..]);
            Unsafe.Add(ref start, at++) = (byte)',';
        }

        return at;
    }

    /// <summary>e, where |value| is in [2^-e, 2^(1-e)).</summary>
    private static int ExponentOf(float value) => 127 - (int)((BitConverter.SingleToUInt32Bits(value) >> 23) & 0xFF);

    /// <param name="start">Of <see cref="MaxBytes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WriteUsual(float value, int e, ref byte start)
    {
        var negative = (int)(BitConverter.SingleToUInt32Bits(value) >> 31);
        var decimals = Decimals[e];
        // Native: a conversion that saturates costs a nanosecond, and this one is in range.
        var n = (uint)double.ConvertToIntegerNative<long>((Math.Abs((double)value) * PowersOfTen[decimals]) + 0.5);
        var high = n / 100_000_000;

        // "-0.000" and nine digits, without a branch: what is not wanted of it is overwritten or not counted.
        start = (byte)'-';
        ref var number = ref Unsafe.Add(ref start, negative);
        Unsafe.WriteUnaligned(ref number, ZeroPointZeros);
        ref var lastEight = ref Unsafe.Add(ref number, 2 + decimals - 8);
        Unsafe.Add(ref lastEight, -1) = (byte)('0' + high);
        Unsafe.Add(ref number, 1) = (byte)'.';

        var digits = EightDigits(n - (high * 100_000_000));
        Unsafe.WriteUnaligned(ref lastEight, digits | AsciiZeros);
        var trailingZeros = BitOperations.LeadingZeroCount(digits) >> 3;
        return negative + 2 + decimals - trailingZeros;
    }

    private const ulong AsciiZeros = 0x3030303030303030;

    /// <summary>"0.000000", first byte lowest.</summary>
    private const ulong ZeroPointZeros = AsciiZeros - ((ulong)('0' - '.') << 8);

    /// <summary>The decimal digits of n below 10^8, one per byte, the first digit in the lowest byte: halves, quarters and digits side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EightDigits(uint n)
    {
        var upper = n / 10_000;
        var fours = upper | ((ulong)(n - (upper * 10_000)) << 32);
        var hundreds = ((fours * 10_486) >> 20) & 0x0000007F_0000007F;
        var twos = hundreds | ((fours - (hundreds * 100)) << 16);
        var tens = ((twos * 103) >> 10) & 0x000F000F_000F000F;
        return tens | ((twos - (tens * 10)) << 8);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int WriteAny(float value, Span<byte> destination)
    {
        if (!value.TryFormat(destination, out var written, provider: CultureInfo.InvariantCulture))
            throw new ArgumentException("There is no room for a number.", nameof(destination));
        return written;
    }
}
