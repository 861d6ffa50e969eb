using System.Runtime.InteropServices;

namespace Quiver.Encoding;

/// <summary>Zeroed memory outside the managed heap, aligned to 64 bytes for whole vectors. Not thread-safe.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const int Alignment = 64;
    private void* _memory;

    public NativeBuffer(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = (bytes + Alignment - 1) / Alignment * Alignment;
        _memory = NativeMemory.AlignedAlloc((nuint)Math.Max(Bytes, Alignment), Alignment);
        NativeMemory.Clear(_memory, (nuint)Bytes);
        if (Bytes > 0) GC.AddMemoryPressure(Bytes);
    }

    ~NativeBuffer() => Free();

    public long Bytes { get; }

    public float* Floats => (float*)Pointer;

    public short* Shorts => (short*)Pointer;

    public int* Ints => (int*)Pointer;

    private void* Pointer => _memory is not null ? _memory : throw new ObjectDisposedException(nameof(NativeBuffer));

    public static NativeBuffer OfFloats(long count) => new(count * sizeof(float));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_memory is null)
            return;

        NativeMemory.AlignedFree(_memory);
        _memory = null;
        if (Bytes > 0) GC.RemoveMemoryPressure(Bytes);
    }
}
