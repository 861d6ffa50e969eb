namespace Quiver.Caching;

/// <summary>The entries nearest to a query by cosine, of all that are offered: exact, and never more than were asked for in memory.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class NearestEntries
{
    private readonly float[] _query;
    private readonly double _queryLength;
    private readonly int _count;
    private readonly double _minScore;
    private readonly PriorityQueue<CacheKey, double> _worstFirst = new();
    private readonly Dictionary<CacheKey, (StoredEntry Stored, double Score)> _nearest = [];

    public NearestEntries(ReadOnlyMemory<float> query, int count, double minScore)
    {
        _query = query.ToArray();
        _queryLength = Math.Sqrt(Dot(_query, _query));
        (_count, _minScore) = (count, minScore);
    }

    /// <summary>Offers an entry. The same one may come twice, from two tiers; what the second knows of it counts.</summary>
    public void Offer(in StoredEntry stored)
    {
        var key = stored.Entry.Key;
        if (_nearest.TryGetValue(key, out var known))
        {
            _nearest[key] = (stored, known.Score);
            return;
        }

        var vector = stored.Entry.BaseVector;
        var score = Dot(_query, vector) / (_queryLength * Math.Sqrt(Dot(vector, vector)));
        // A vector of zeros is near to nothing, and gives NaN.
        if (!(score >= _minScore))
            return;
        if (_nearest.Count == _count)
        {
            if (!_worstFirst.TryPeek(out var worst, out var least) || score <= least)
                return;
            _worstFirst.Dequeue();
            _nearest.Remove(worst);
        }

        _worstFirst.Enqueue(key, score);
        _nearest.Add(key, (stored, score));
    }

    /// <summary>The nearest first.</summary>
    public IReadOnlyList<CacheMatch> Take() =>
    [
        .. from found in _nearest
           let key = Convert.ToHexStringLower(found.Key.ToArray())
           orderby found.Value.Score descending, key
           select new CacheMatch(key, found.Value.Score, found.Value.Stored.Text, found.Value.Stored.Entry.BaseVector.ToArray(), found.Value.Stored.HitCount),
    ];

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }
}
