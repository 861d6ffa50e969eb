namespace Quiver.Encoding.Kernels;

/// <summary>What a register tile does with one vector of column sums: the arithmetic and the vector width, as a type.</summary>
/// <remarks>
/// Operands come in 4-byte units: one f32, or two int16 that belong to consecutive k. Implementations are stateless structs,
/// so the JIT inlines every call.
/// </remarks>
internal unsafe interface IArithmetic<TVector>
    where TVector : struct
{
    /// <summary>Columns in one vector.</summary>
    static abstract int Lanes { get; }

    /// <summary>The unit at <paramref name="a"/> in every lane.</summary>
    static abstract TVector Broadcast(int* a);

    /// <summary>One vector of B.</summary>
    static abstract TVector Load(int* b);

    /// <summary>sum + a · b in every lane.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector sum);

    /// <summary>The sums to go on from, where C already holds a part of them.</summary>
    static abstract TVector Start(float* c);

    /// <summary>Writes the sums to C; <paramref name="accumulate"/> says that C holds a part of them.</summary>
    static abstract void Finish(float* c, TVector sum, bool accumulate);
}

/// <summary>A small number as a type, so that the JIT compiles one kernel body per value.</summary>
internal interface ICount
{
    static abstract int Count { get; }
}

internal readonly struct One : ICount { public static int Count => 1; }

internal readonly struct Two : ICount { public static int Count => 2; }

internal readonly struct Three : ICount { public static int Count => 3; }

internal readonly struct Four : ICount { public static int Count => 4; }

internal readonly struct Five : ICount { public static int Count => 5; }

internal readonly struct Six : ICount { public static int Count => 6; }
