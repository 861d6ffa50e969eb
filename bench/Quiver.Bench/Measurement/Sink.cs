using System.Runtime.CompilerServices;

namespace Quiver.Bench.Measurement;

/// <summary>Where results go that nobody reads, so that the JIT cannot leave out their computation.</summary>
internal static class Sink
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Take<T>(T value) => _ = value;
}
