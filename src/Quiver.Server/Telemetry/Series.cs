namespace Quiver.Server.Telemetry;

/// <summary>The values of one metric under one set of labels.</summary>
/// <remarks>
/// Thread-safe, without locks. What requests record goes into a stripe of the core that they run on, so that cores do not fight over a
/// cache line; whoever reads adds the stripes up.
/// </remarks>
internal abstract class Series(string labels)
{
    /// <summary>As they are exposed, without braces: <c>method="POST",route="/embed"</c>; empty for none.</summary>
    public string Labels => labels;

    /// <summary>The tags as the instrument's caller gave them: what the series is found by.</summary>
    public KeyValuePair<string, object?>[] Tags { get; private set; } = [];

    public int TagsHash { get; private set; }

    /// <summary>Before the series is shared.</summary>
    public Series For(KeyValuePair<string, object?>[] tags, int hash)
    {
        (Tags, TagsHash) = (tags, hash);
        return this;
    }

    /// <summary>Whether there is a value to expose.</summary>
    public virtual bool HasValue => true;

    public abstract void Record(double value);

    protected static void Add(ref long bits, double value)
    {
        var seen = Volatile.Read(ref bits);
        while (true)
        {
            var added = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(seen) + value);
            var found = Interlocked.CompareExchange(ref bits, added, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }
}

/// <summary>A sum of what was recorded: counters, and gauges that go up and down by steps.</summary>
internal sealed class SumSeries(string labels) : Series(labels)
{
    private readonly long[] _bits = new long[Stripes.Count * Stripes.Distance];

    public double Value
    {
        get
        {
            var sum = 0.0;
            for (var stripe = 0; stripe < Stripes.Count; stripe++)
                sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref _bits[stripe * Stripes.Distance]));
            return sum;
        }
    }

    public override void Record(double value) => Add(ref _bits[Stripes.Current * Stripes.Distance], value);
}

/// <summary>What was observed last. Several observations between two <see cref="Reset"/>s add up: a view without labels is their sum.</summary>
internal sealed class ObservedSeries(string labels) : Series(labels)
{
    private long _bits;
    private volatile bool _observed;

    public double Value => BitConverter.Int64BitsToDouble(Volatile.Read(ref _bits));

    public override bool HasValue => _observed;

    public void Reset()
    {
        Volatile.Write(ref _bits, 0);
        _observed = false;
    }

    public override void Record(double value)
    {
        Add(ref _bits, value);
        _observed = true;
    }
}

/// <summary>How many values fell into each bucket, and their sum.</summary>
/// <param name="bounds">Upper bounds of the buckets, inclusive, ascending; a last bucket without bound is added.</param>
internal sealed class HistogramSeries(string labels, double[] bounds) : Series(labels)
{
    /// <summary>Of each stripe the counts, then the bits of the sum.</summary>
    private readonly long[][] _stripes = [.. Enumerable.Range(0, Stripes.Count).Select(_ => new long[bounds.Length + 2 + Stripes.Distance])];

    public override void Record(double value)
    {
        var stripe = _stripes[Stripes.Current];
        Interlocked.Increment(ref stripe[BucketOf(value)]);
        Add(ref stripe[bounds.Length + 1], value);
    }

    /// <summary>The counts of the buckets, not cumulated, and the sum of all values.</summary>
    public (long[] Counts, double Sum) Read()
    {
        var counts = new long[bounds.Length + 1];
        var sum = 0.0;
        foreach (var stripe in _stripes)
        {
            for (var i = 0; i < counts.Length; i++)
                counts[i] += Volatile.Read(ref stripe[i]);
            sum += BitConverter.Int64BitsToDouble(Volatile.Read(ref stripe[bounds.Length + 1]));
        }

        return (counts, sum);
    }

    private int BucketOf(double value)
    {
        var (low, high) = (0, bounds.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (value <= bounds[middle])
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}

/// <summary>Cores share stripes where there are more than 16 of them: fewer would fight, more would cost memory for every series.</summary>
internal static class Stripes
{
    /// <summary>Elements of 8 bytes between two stripes: two cache lines, since processors fetch them in pairs.</summary>
    public const int Distance = 16;

    public static readonly int Count = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16));

    public static int Current => Thread.GetCurrentProcessorId() & (Count - 1);
}
