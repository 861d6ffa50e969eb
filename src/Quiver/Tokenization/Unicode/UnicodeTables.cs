using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Quiver.Tokenization.Unicode;

/// <summary>What a code point is, in the Unicode version each user of the property was built with (tools/UnicodeTables/README.md).</summary>
[Flags]
internal enum CharacterClass : ushort
{
    None = 0,

    /// <summary>General category L, Unicode 16.</summary>
    Letter = 1 << 0,

    /// <summary>General category N, Unicode 16.</summary>
    Number = 1 << 1,

    /// <summary>What <c>\w</c> matches (UTS 18 annex C), Unicode 16.</summary>
    Word = 1 << 2,

    WhiteSpace = 1 << 3,

    /// <summary>General category N, Unicode 17.</summary>
    Numeric = 1 << 4,

    /// <summary>General category P, Unicode 8: what BERT splits on.</summary>
    Punctuation = 1 << 5,

    /// <summary>General category Mn, Unicode 8: what BERT strips as an accent.</summary>
    Accent = 1 << 6,

    /// <summary>General category Cc, Cf or Co, Unicode 8: what BERT removes, but for tab and the line ends.</summary>
    Control = 1 << 7,

    /// <summary>General category M, Unicode 9: what StripAccents removes.</summary>
    CombiningMark = 1 << 8,
}

/// <summary>Grapheme cluster break property (UAX 29), Unicode 17, as the top four bits of a code point's word.</summary>
internal enum GraphemeBreak
{
    Other, Control, CarriageReturn, LineFeed, Extend, ZeroWidthJoiner, RegionalIndicator, Prepend, SpacingMark,
    HangulL, HangulV, HangulT, ExtendedPictographic, HangulLV, HangulLVT,
}

/// <summary>The tables of unicode.bin, read in place from the assembly's image: nothing is copied, nothing is allocated per look-up.</summary>
internal static unsafe class UnicodeTables
{
    private const int BlockBits = 7;
    private const int BlockMask = (1 << BlockBits) - 1;
    private const int Sections = 13;
    private const int BreakShift = 12;

    private static readonly ushort* FlagBlocks, Flags, ClassBlocks, Classes, LowerBlocks, Lowers;
    private static readonly ushort* CanonicalBlocks, Canonicals, CompatibleBlocks, Compatibles;
    private static readonly int* LowerDeltas, Pool, Compositions;
    private static readonly int CompositionCount;

    static UnicodeTables()
    {
        // The tables are used in place as little-endian words. Every platform .NET 10 supports with SIMD is little-endian.
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("The Unicode tables are little-endian.");

        // The stream is over the mapped image of the assembly, which lives as long as the process.
        var stream = (UnmanagedMemoryStream)typeof(UnicodeTables).Assembly.GetManifestResourceStream("Quiver.Tokenization.Unicode.bin")!;
        var start = stream.PositionPointer;
        var section = new byte*[Sections + 1];
        section[0] = start + Sections * sizeof(int);
        for (var i = 0; i < Sections; i++)
            section[i + 1] = section[i] + BinaryPrimitives.ReadInt32LittleEndian(new ReadOnlySpan<byte>(start + i * sizeof(int), sizeof(int)));

        FlagBlocks = (ushort*)section[0];
        Flags = (ushort*)section[1];
        ClassBlocks = (ushort*)section[2];
        Classes = (ushort*)section[3];
        LowerBlocks = (ushort*)section[4];
        Lowers = (ushort*)section[5];
        CanonicalBlocks = (ushort*)section[6];
        Canonicals = (ushort*)section[7];
        CompatibleBlocks = (ushort*)section[8];
        Compatibles = (ushort*)section[9];
        LowerDeltas = (int*)section[10];
        Pool = (int*)section[11];
        Compositions = (int*)section[12];
        CompositionCount = (int)(section[13] - section[12]) / (3 * sizeof(int));
    }

    public static bool Is(int codePoint, CharacterClass any) => ((CharacterClass)Look(FlagBlocks, Flags, codePoint) & any) != 0;

    public static bool IsWhiteSpace(int codePoint) => Is(codePoint, CharacterClass.WhiteSpace);

    public static int CombiningClass(int codePoint) => Look(ClassBlocks, Classes, codePoint);

    /// <summary>The simple lower-case letter. U+0130, the only letter with two, is the caller's to treat.</summary>
    public static int ToLower(int codePoint) => codePoint + LowerDeltas[Look(LowerBlocks, Lowers, codePoint)];

    /// <summary>The full decomposition, empty where the code point has none. Hangul syllables are not in the table: they are arithmetic.</summary>
    public static ReadOnlySpan<int> Decomposition(int codePoint, bool compatible)
    {
        var at = compatible ? Look(CompatibleBlocks, Compatibles, codePoint) : Look(CanonicalBlocks, Canonicals, codePoint);
        return at == 0 ? [] : MemoryMarshal.CreateReadOnlySpan(ref Pool[at + 1], Pool[at]);
    }

    /// <summary>The primary composite of two code points, or −1. Hangul is not in the table.</summary>
    public static int Compose(int first, int second)
    {
        int low = 0, high = CompositionCount - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var entry = Compositions + middle * 3;
            var order = entry[0] != first ? entry[0].CompareTo(first) : entry[1].CompareTo(second);
            if (order == 0)
                return entry[2];
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return -1;
    }

    public static GraphemeBreak Break(int codePoint)
    {
        if (codePoint - HangulSyllables.First is >= 0 and < HangulSyllables.Count and var syllable)
            return syllable % HangulSyllables.TCount == 0 ? GraphemeBreak.HangulLV : GraphemeBreak.HangulLVT;
        return (GraphemeBreak)(Look(FlagBlocks, Flags, codePoint) >> BreakShift);
    }

    private static ushort Look(ushort* blocks, ushort* values, int codePoint)
    {
        // Not an assertion: this is what keeps a wrong caller inside the mapped tables.
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)codePoint, 0x10FFFFu, nameof(codePoint));
        return values[(blocks[codePoint >> BlockBits] << BlockBits) | (codePoint & BlockMask)];
    }
}
