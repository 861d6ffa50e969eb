using System.Buffers;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Subwords;

/// <summary>What a BPE model does beside merging; the names are those of tokenizer.json.</summary>
/// <param name="Unknown">The id of a character that nothing covers, or −1 to drop it.</param>
/// <param name="FuseUnknown">Whether neighbouring unknown characters are one token.</param>
/// <param name="IgnoreMerges">Whether a word that is a token is taken whole.</param>
internal sealed record BpeOptions(
    int Unknown, bool FuseUnknown, bool ByteFallback, bool IgnoreMerges, byte[] ContinuingPrefix, byte[] EndSuffix);

/// <summary>Byte-pair encoding over characters; over bytes, where the words are spelled in <see cref="ByteLevelAlphabet"/>.</summary>
internal sealed class Bpe : SubwordModel
{
    /// <summary>Longer words are first cut where no merge can reach across.</summary>
    private const int LongestWhole = 64;

    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly ByteTokens? _byteTokens;
    private readonly int[] _asciiIds = new int[128];
    private readonly Lazy<MergeBarriers>? _barriers;

    public Bpe(Vocabulary vocabulary, MergeTable merges, IReadOnlyCollection<int> mergedIds, BpeOptions options)
        : base(vocabulary)
    {
        _merges = merges;
        _options = options;
        _byteTokens = options.ByteFallback ? new ByteTokens(vocabulary) : null;
        for (var b = 0; b < 128; b++)
            _asciiIds[b] = vocabulary.Find([(byte)b]);

        // Prefix and suffix make a character's symbol depend on its place in the word: such words are not cut.
        if (options.ContinuingPrefix.Length == 0 && options.EndSuffix.Length == 0)
            _barriers = new Lazy<MergeBarriers>(() => new MergeBarriers(mergedIds.Select(id => vocabulary.TokenOf(id)!)));
    }

    protected override void Cut(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        if (_options.IgnoreMerges && Vocabulary.Find(word) is >= 0 and var whole)
        {
            output.Add(whole, 0, word.Length);
            return;
        }

        if (word.Length <= LongestWhole || _barriers is null)
        {
            MergeWord(word, output);
            return;
        }

        var wordStart = output.WordStart;
        for (var start = 0; start < word.Length;)
        {
            var end = SegmentEnd(word, start);
            output.WordStart = wordStart + start;

            // The cache and IgnoreMerges are for whole words.
            if (end - start <= LongestWhole && !_options.IgnoreMerges)
                Tokenize(word[start..end], output);
            else
                MergeWord(word[start..end], output);
            start = end;
        }

        output.WordStart = wordStart;
    }

    /// <summary>The next place between two known characters that stand side by side in no token.</summary>
    private int SegmentEnd(ReadOnlySpan<byte> word, int start)
    {
        var barriers = _barriers!.Value;
        var end = start;
        var previous = -1;
        while (end < word.Length)
        {
            var next = end;
            var codePoint = Utf8.Next(word, ref next);
            var isKnown = SymbolOf(word[end..next]) >= 0;
            if (isKnown && previous >= 0 && barriers.Separate(previous, codePoint))
                break;
            previous = isKnown ? codePoint : -1;
            end = next;
        }

        return end;
    }

    private void MergeWord(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        Symbol[]? rented = null;
        var symbols = word.Length <= LongestWhole
            ? stackalloc Symbol[LongestWhole]
            : rented = ArrayPool<Symbol>.Shared.Rent(word.Length);
        var count = SymbolMerger.Merge(symbols[..Spell(word, symbols)], _merges);
        var start = 0;
        foreach (var symbol in symbols[..count])
        {
            output.Add(symbol.Id, start, start + symbol.Length);
            start += symbol.Length;
        }

        if (rented is not null)
            ArrayPool<Symbol>.Shared.Return(rented);
    }

    /// <summary>Writes the word's characters as symbols. There are never more than bytes.</summary>
    private int Spell(ReadOnlySpan<byte> word, Span<Symbol> symbols)
    {
        var count = 0;
        var unknownLength = 0;
        Span<byte> affixed = stackalloc byte[4 + _options.ContinuingPrefix.Length + _options.EndSuffix.Length];
        for (var start = 0; start < word.Length;)
        {
            var end = start + Utf8.LengthFromFirst(word[start]);
            var character = Affix(word[start..end], isFirst: start == 0, isLast: end == word.Length, affixed);
            var length = end - start;
            start = end;
            var id = SymbolOf(character);
            if (id >= 0)
            {
                Flush(symbols, ref count, ref unknownLength);
                symbols[count++] = new Symbol { Id = id, Length = length };
            }
            else if (_byteTokens is not null && _byteTokens.Cover(character))
            {
                // An unknown character held back stays so: the reference writes it behind these bytes.
                foreach (var b in character)
                    symbols[count++] = new Symbol { Id = _byteTokens.IdOf(b), Length = 1 };
            }
            else if (_options.Unknown >= 0)
            {
                if (!_options.FuseUnknown)
                    Flush(symbols, ref count, ref unknownLength);
                unknownLength += length;
            }
        }

        Flush(symbols, ref count, ref unknownLength);
        return count;
    }

    private void Flush(Span<Symbol> symbols, ref int count, ref int unknownLength)
    {
        if (unknownLength > 0)
            symbols[count++] = new Symbol { Id = _options.Unknown, Length = unknownLength };
        unknownLength = 0;
    }

    private ReadOnlySpan<byte> Affix(ReadOnlySpan<byte> character, bool isFirst, bool isLast, Span<byte> buffer)
    {
        var prefix = isFirst ? [] : _options.ContinuingPrefix;
        var suffix = isLast ? _options.EndSuffix : [];
        if (prefix.Length == 0 && suffix.Length == 0)
            return character;
        prefix.CopyTo(buffer);
        character.CopyTo(buffer[prefix.Length..]);
        suffix.CopyTo(buffer[(prefix.Length + character.Length)..]);
        return buffer[..(prefix.Length + character.Length + suffix.Length)];
    }

    private int SymbolOf(ReadOnlySpan<byte> character) =>
        character.Length == 1 && character[0] < 0x80 ? _asciiIds[character[0]] : Vocabulary.Find(character);
}
