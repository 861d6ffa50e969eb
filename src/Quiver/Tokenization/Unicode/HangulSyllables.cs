namespace Quiver.Tokenization.Unicode;

/// <summary>Arithmetic (de)composition of Hangul syllables: The Unicode Standard, section 3.12.</summary>
internal static class HangulSyllables
{
    public const int First = 0xAC00;
    public const int TCount = 28;
    public const int Count = LCount * VCount * TCount;

    private const int LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21;

    public static bool IsSyllable(int codePoint) => (uint)(codePoint - First) < Count;

    /// <summary>Writes two or three jamo.</summary>
    public static int Decompose(int syllable, Span<int> jamo)
    {
        var index = syllable - First;
        jamo[0] = LBase + index / (VCount * TCount);
        jamo[1] = VBase + index % (VCount * TCount) / TCount;
        var t = index % TCount;
        jamo[2] = TBase + t;
        return t == 0 ? 2 : 3;
    }

    /// <summary>L + V or LV + T, or −1.</summary>
    public static int Compose(int first, int second)
    {
        if ((uint)(first - LBase) < LCount && (uint)(second - VBase) < VCount)
            return First + ((first - LBase) * VCount + (second - VBase)) * TCount;
        if (IsSyllable(first) && (first - First) % TCount == 0 && second > TBase && second < TBase + TCount)
            return first + (second - TBase);
        return -1;
    }
}
