namespace Quiver.Caching;

/// <summary>What the memory tier holds of one tenant: its own queues, so that what it adds pushes out what is its own first.</summary>
/// <remarks>Not thread-safe: all of it is changed under the tier's lock.</remarks>
internal sealed class TenantShare(MemoryTier tier, string? tenant)
{
    /// <summary>Bytes of this object and its empty collections.</summary>
    private const int OwnBytes = 1000;

    /// <summary>Bytes of a line and its place in the table.</summary>
    private const int LineBytes = 200;

    private readonly Dictionary<CacheLine, HeldLine> _lines = [];

    public MemoryTier Tier => tier;

    public string? Tenant => tenant;

    public EvictionQueues Queues { get; } = new();

    public KeptTexts Texts { get; } = new();

    /// <summary>What is in use, all told.</summary>
    public long Bytes => OwnBytes + (_lines.Count * LineBytes) + Queues.Bytes + Texts.Bytes + Queues.GhostBytes;

    /// <summary>The part of <see cref="Bytes"/> that the tier has added to its sum.</summary>
    public long CountedBytes { get; set; }

    /// <summary>The part of that which is texts.</summary>
    public long CountedTextBytes { get; set; }

    /// <summary>Its places in the tier's two <see cref="TenantHeap"/>s.</summary>
    public int[] HeapPlaces { get; } = [-1, -1];

    public IEnumerable<(CacheLine Line, long Entries, long Bytes)> Lines => _lines.Values.Select(held => (held.Line, held.Entries, held.Bytes));

    public void Enter(CacheEntry entry)
    {
        if (!_lines.TryGetValue(entry.Line, out var held))
            _lines.Add(entry.Line, held = new HeldLine(entry.Line));
        held.Entries++;
        held.Bytes += entry.VectorBytes;
        entry.Line = held.Line;
        entry.Share = this;
        Queues.Add(entry);
    }

    /// <summary>Ends what is left of an entry that no queue holds any more.</summary>
    public void Forget(CacheEntry entry)
    {
        Texts.Remove(entry);
        entry.Share = null;
        var held = _lines[entry.Line];
        held.Bytes -= entry.VectorBytes;
        if (--held.Entries == 0)
            _lines.Remove(entry.Line);
    }

    private sealed class HeldLine(CacheLine line)
    {
        public CacheLine Line => line;

        public long Entries { get; set; }

        public long Bytes { get; set; }
    }
}
