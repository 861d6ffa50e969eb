using System.Buffers.Binary;

namespace Quiver.Tokenization.Normalizers;

/// <summary>
/// SentencePiece's compiled replacement rules: a length, a Darts double-array trie over UTF-8, and NUL-terminated replacements that the
/// trie's values point into (google/sentencepiece, normalizer.cc; s-yata/darts-clone, darts.h). Every step is bounds-checked: the
/// bytes come from a file.
/// </summary>
internal sealed class Charsmap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;

    private Charsmap(uint[] units, byte[] replacements)
    {
        _units = units;
        _replacements = replacements;
    }

    /// <summary>The most bytes that a replacement can have.</summary>
    public int LongestReplacement
    {
        get
        {
            var longest = 0;
            var rest = _replacements.AsSpan();
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)0);
                longest = Math.Max(longest, end < 0 ? rest.Length : end);
                rest = end < 0 ? [] : rest[(end + 1)..];
            }

            return longest;
        }
    }

    /// <summary>Reads a charsmap, or says in <paramref name="problem"/> what is wrong with it.</summary>
    public static Charsmap? Read(ReadOnlySpan<byte> data, out string? problem)
    {
        problem = null;
        if (data.Length < sizeof(uint))
        {
            problem = "is too short";
            return null;
        }

        var trieBytes = BinaryPrimitives.ReadUInt32LittleEndian(data);
        data = data[sizeof(uint)..];
        if (trieBytes == 0 || trieBytes % sizeof(uint) != 0 || trieBytes > data.Length)
        {
            problem = "states a trie that does not fit";
            return null;
        }

        var units = new uint[trieBytes / sizeof(uint)];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(data[(i * sizeof(uint))..]);
        var replacements = data[(int)trieBytes..].ToArray();
        if (!System.Text.Unicode.Utf8.IsValid(replacements))
        {
            problem = "holds replacements that are not UTF-8";
            return null;
        }

        return new Charsmap(units, replacements);
    }

    /// <summary>
    /// The replacement for the <b>shortest</b> key that the text starts with. The shortest, not the longest: that is what the
    /// reference takes, and what published ids depend on.
    /// </summary>
    public bool TryReplace(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        replacement = default;
        var node = Offset(_units[0]);
        foreach (var b in text)
        {
            if (b == 0)
                return false;
            node ^= b;
            if (node >= _units.Length)
                return false;
            var unit = _units[node];
            if ((unit & 0x8000_00FF) != b)
                return false;
            node ^= Offset(unit);
            if (node >= _units.Length)
                return false;
            if ((unit >> 8 & 1) == 1)
                return TryGet(_units[node] & 0x7FFF_FFFF, out replacement);
        }

        return false;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 0x200) >> 6);

    private bool TryGet(uint at, out ReadOnlySpan<byte> replacement)
    {
        replacement = default;

        // A value that points into the middle of a character would make text that is not UTF-8.
        if (at > _replacements.Length || at < _replacements.Length && (_replacements[at] & 0xC0) == 0x80)
            return false;
        var rest = _replacements.AsSpan((int)at);
        var end = rest.IndexOf((byte)0);
        replacement = end < 0 ? rest : rest[..end];
        return true;
    }
}
