namespace Quiver.Caching;

/// <summary>float32 to float16 and back. What is too large for float16 becomes its largest value.</summary>
internal static class HalfPrecision
{
    /// <summary>Gives each element the value that it comes back with from float16.</summary>
    public static void Round(Span<float> vector)
    {
        foreach (ref var element in vector)
            element = (float)Of(element);
    }

    public static void Write(ReadOnlySpan<float> vector, Span<Half> halves)
    {
        for (var i = 0; i < vector.Length; i++)
            halves[i] = Of(vector[i]);
    }

    public static void Read(ReadOnlySpan<Half> halves, Span<float> vector)
    {
        for (var i = 0; i < halves.Length; i++)
            vector[i] = (float)halves[i];
    }

    private static Half Of(float element) => (Half)Math.Clamp(element, (float)Half.MinValue, (float)Half.MaxValue);
}
