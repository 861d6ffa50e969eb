using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Quiver.Bench.Measurement;

namespace Quiver.Bench.Micro;

/// <summary>Sequential reads of a block of memory: from DRAM when the block is larger than the last cache, from that cache when it fits.</summary>
internal sealed unsafe class ReadBandwidth : IDisposable
{
    private const int Stride = 8;
    private readonly ulong* _block;

    public ReadBandwidth(int bytes)
    {
        Bytes = bytes;
        _block = (ulong*)NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        // Written, not cleared: untouched pages would all map to one page of zeros.
        new Span<ulong>(_block, bytes / sizeof(ulong)).Fill(0x0123_4567_89AB_CDEF);
    }

    public int Bytes { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Read()
    {
        Vector512<ulong> a = default, b = a, c = a, d = a;
        var vectors = (Vector512<ulong>*)_block;
        var end = vectors + (Bytes / sizeof(Vector512<ulong>));
        for (; vectors < end; vectors += Stride)
        {
            a ^= vectors[0] ^ vectors[1];
            b ^= vectors[2] ^ vectors[3];
            c ^= vectors[4] ^ vectors[5];
            d ^= vectors[6] ^ vectors[7];
        }

        Sink.Take(Vector512.Sum(a ^ b ^ c ^ d));
    }

    public void Dispose() => NativeMemory.AlignedFree(_block);
}
