using System.Buffers;
using System.IO.Compression;
using Quiver.Tokenization.Subwords;

namespace Quiver.Tokenization.OpenAi;

/// <summary>
/// tiktoken's byte-pair encoding: a token's id is its rank, and two neighbours merge if their bytes together are a token. Written as
/// merges, every way to cut a token in two tokens is a merge of that token's rank.
/// </summary>
internal sealed class RankedBytes : SubwordModel
{
    private readonly MergeTable _merges;
    private readonly int[] _byteIds = new int[256];

    private RankedBytes(Vocabulary vocabulary)
        : base(vocabulary)
    {
        for (var b = 0; b < 256; b++)
            _byteIds[b] = vocabulary.Find([(byte)b]);

        var merges = new List<(int Left, int Right, int Merged)>();
        foreach (var (token, id) in vocabulary.Entries)
        {
            for (var cut = 1; cut < token.Length; cut++)
            {
                var left = vocabulary.Find(token.AsSpan(0, cut));
                var right = left < 0 ? -1 : vocabulary.Find(token.AsSpan(cut));
                if (right >= 0)
                    merges.Add((left, right, id));
            }
        }

        _merges = new MergeTable(merges.Count);
        foreach (var (left, right, merged) in merges)
            _merges.Set(left, right, rank: merged, merged);
    }

    /// <summary>Reads a compressed list of tokens, each a length byte and its bytes, in order of rank.</summary>
    public static RankedBytes Read(Stream compressed)
    {
        using var stream = new BrotliStream(compressed, CompressionMode.Decompress);
        var tokens = new List<(byte[], int)>();
        while (stream.ReadByte() is >= 0 and var length)
        {
            var token = new byte[length];
            stream.ReadExactly(token);
            tokens.Add((token, tokens.Count));
        }

        return new RankedBytes(new Vocabulary(tokens));
    }

    protected override void Cut(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        if (Vocabulary.Find(word) is >= 0 and var whole)
        {
            output.Add(whole, 0, word.Length);
            return;
        }

        var rented = ArrayPool<Symbol>.Shared.Rent(word.Length);
        var symbols = rented.AsSpan(0, word.Length);
        for (var i = 0; i < word.Length; i++)
            symbols[i] = new Symbol { Id = _byteIds[word[i]], Length = 1 };
        var start = 0;
        foreach (var symbol in symbols[..SymbolMerger.Merge(symbols, _merges)])
        {
            output.Add(symbol.Id, start, start + symbol.Length);
            start += symbol.Length;
        }

        ArrayPool<Symbol>.Shared.Return(rented);
    }
}
