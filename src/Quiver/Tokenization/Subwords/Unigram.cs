using System.Buffers;
using Quiver.Tokenization.Unicode;

namespace Quiver.Tokenization.Subwords;

/// <summary>
/// The most probable segmentation under independent pieces (Kudo 2018, arXiv:1804.10959), found by Viterbi over a trie: linear in the word
/// for a vocabulary with a longest token. Ties and sums are as in the reference: doubles, left to right, the first best stays.
/// </summary>
internal sealed class Unigram : SubwordModel
{
    private const double UnknownPenalty = 10;

    private readonly ByteTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly ByteTokens? _byteTokens;

    /// <param name="scores">Log probability by id.</param>
    public Unigram(Vocabulary vocabulary, double[] scores, int unknown, bool byteFallback)
        : base(vocabulary)
    {
        // A piece given twice is its last id with that one's score, as in the reference.
        _trie = ByteTrie.Build(vocabulary.Entries.Where(entry => entry.Token.Length > 0 && vocabulary.Find(entry.Token) == entry.Id));
        _scores = scores;
        _unknown = unknown;
        _unknownScore = scores.Min() - UnknownPenalty;
        _byteTokens = byteFallback ? new ByteTokens(vocabulary) : null;
    }

    /// <summary>The best way to end at a place of the word: its last piece and the score of all.</summary>
    private struct Node
    {
        public double Score;
        public int Start;
        public int Id;
    }

    protected override void Cut(ReadOnlySpan<byte> word, SubwordOutput output)
    {
        var rented = ArrayPool<Node>.Shared.Rent(word.Length + 1);
        var nodes = rented.AsSpan(0, word.Length + 1);
        nodes.Fill(new Node { Start = -1 });
        FindBest(word, nodes);
        LinkForward(nodes);
        Emit(word, nodes, output);
        ArrayPool<Node>.Shared.Return(rented);
    }

    private void FindBest(ReadOnlySpan<byte> word, Span<Node> nodes)
    {
        for (var start = 0; start < word.Length;)
        {
            var score = nodes[start].Score;
            var single = start + Utf8.LengthFromFirst(word[start]);
            var hasSingle = false;
            var node = 0;
            for (var end = start; end < word.Length;)
            {
                node = _trie.Step(node, word[end++]);
                if (node < 0)
                    break;
                var id = _trie.ValueOf(node);
                if (id < 0)
                    continue;
                Relax(ref nodes[end], _scores[id] + score, start, id);
                hasSingle |= end == single;
            }

            if (!hasSingle)
                Relax(ref nodes[single], _unknownScore + score, start, _unknown);
            start = single;
        }
    }

    private static void Relax(ref Node node, double score, int start, int id)
    {
        if (node.Start < 0 || score > node.Score)
            node = new Node { Score = score, Start = start, Id = id };
    }

    /// <summary>Turns the links of the best path around: the node where a piece starts then holds its id and, in Start, where it ends.</summary>
    private static void LinkForward(Span<Node> nodes)
    {
        var end = nodes.Length - 1;
        var id = nodes[end].Id;
        var start = nodes[end].Start;
        while (true)
        {
            var (previousId, previousStart) = (nodes[start].Id, nodes[start].Start);
            nodes[start].Id = id;
            nodes[start].Start = end;
            if (start == 0)
                return;
            (id, end, start) = (previousId, start, previousStart);
        }
    }

    private void Emit(ReadOnlySpan<byte> word, ReadOnlySpan<Node> nodes, SubwordOutput output)
    {
        var start = 0;
        while (start < word.Length)
        {
            var id = nodes[start].Id;
            var end = nodes[start].Start;
            if (id == _unknown)
            {
                // Neighbouring unknown characters are one unknown piece.
                while (end < word.Length && nodes[end].Id == _unknown)
                    end = nodes[end].Start;
                EmitUnknown(word, start, end, output);
            }
            else
            {
                output.Add(id, start, end);
            }

            start = end;
        }
    }

    private void EmitUnknown(ReadOnlySpan<byte> word, int start, int end, SubwordOutput output)
    {
        var piece = word[start..end];
        var known = Vocabulary.Find(piece);
        if (known >= 0)
        {
            output.Add(known, start, end);
        }
        else if (_byteTokens is not null && _byteTokens.Cover(piece))
        {
            foreach (var b in piece)
                output.Add(_byteTokens.IdOf(b), start, end);
        }
        else
        {
            output.Add(_unknown, start, end, readsAsText: true);
        }
    }
}
