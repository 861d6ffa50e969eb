using System.Globalization;
using Quiver.Bench.Reporting;
using Quiver.Caching;

namespace Quiver.Bench.Quality;

/// <summary>
/// How often the memory tier has what is asked for, beside least-recently-used: texts asked for by Zipf's law, alone and with a bulk load of
/// texts passing through that nobody asks for again.
/// </summary>
internal static class HitRateBench
{
    private const int Texts = 100_000;
    private const int Requests = 1_000_000;
    private const int Width = 8;

    private static readonly CacheLine Line = new("", "model", default, Width);

    public static void Run(BenchContext context)
    {
        var table = context.Report.Table(
            $"Hit rate ({Requests:N0} requests for {Texts:N0} texts; room for a tenth of them)", "popularity", "bulk scan", "memory tier", "LRU", "ratio", "target");
        foreach (var exponent in (double[])[0.8, 0.9, 1.0])
        {
            var popularity = new Zipf(exponent, Texts);
            foreach (var scan in (bool[])[false, true])
            {
                var (tier, lru) = Measure(popularity, scan);
                var target = Target.Least(1);
                table.Row(
                    $"Zipf {exponent.ToString("f1", CultureInfo.InvariantCulture)}", scan ? "one in two" : "none", Format.Percent(tier), Format.Percent(lru), $"{tier / lru:f3}x", Format.Verdict(tier / lru, target));
                context.Report.Figure("hit rate", $"Zipf {exponent:f1}{(scan ? " with scan" : "")}, memory tier over LRU", tier / lru, target);
                if (!target.IsMetBy(tier / lru))
                    context.Fail($"hit rate: Zipf {exponent:f1}: {tier:f4} of the memory tier is below {lru:f4} of LRU");
            }
        }
    }

    /// <summary>The part of the requests for popular texts that was answered; the scan's own are not counted.</summary>
    private static (double Tier, double Lru) Measure(Zipf popularity, bool scan)
    {
        var entryBytes = new CacheEntry(new LineKey(Line, default), new float[Width], 1, 1).VectorBytes;
        var tier = new MemoryTier(new MemoryTierOptions { MaxBytes = (long)entryBytes * Texts / 10 });
        var lru = new Lru(tier.MaxBytes / entryBytes);
        var random = new Random(1);
        var (tierHits, lruHits) = (0, 0);
        for (var request = 0; request < Requests; request++)
        {
            var text = popularity.Next(random);
            tierHits += Ask(tier, text) ? 1 : 0;
            lruHits += lru.Ask(text) ? 1 : 0;
            if (!scan)
                continue;
            Ask(tier, Texts + request);
            lru.Ask(Texts + request);
        }

        tier.Dispose();
        return ((double)tierHits / Requests, (double)lruHits / Requests);
    }

    private static bool Ask(MemoryTier tier, int text)
    {
        var key = CacheKey.OfTokenIds("", default, [text], complete: false);
        if (tier.TryFind(key, out _))
            return true;
        tier.Add(new CacheEntry(new LineKey(Line, key), new float[Width], 1, 1));
        return false;
    }

    /// <summary>Numbers from 0, the k-th as likely as 1 / (k + 1)^exponent.</summary>
    private sealed class Zipf
    {
        private readonly double[] _upTo;

        public Zipf(double exponent, int count)
        {
            _upTo = new double[count];
            var sum = 0.0;
            for (var i = 0; i < count; i++)
                _upTo[i] = sum += Math.Pow(i + 1, -exponent);
        }

        public int Next(Random random)
        {
            var place = Array.BinarySearch(_upTo, random.NextDouble() * _upTo[^1]);
            return Math.Min(place < 0 ? ~place : place, _upTo.Length - 1);
        }
    }

    private sealed class Lru(long capacity)
    {
        private readonly Dictionary<int, LinkedListNode<int>> _nodes = [];
        private readonly LinkedList<int> _order = [];

        public bool Ask(int text)
        {
            if (_nodes.TryGetValue(text, out var node))
            {
                _order.Remove(node);
                _order.AddLast(node);
                return true;
            }

            if (_nodes.Count >= capacity)
            {
                _nodes.Remove(_order.First!.Value);
                _order.RemoveFirst();
            }

            _nodes.Add(text, _order.AddLast(text));
            return false;
        }
    }
}
