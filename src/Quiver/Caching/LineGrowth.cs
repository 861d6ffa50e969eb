using System.Data.Common;

namespace Quiver.Caching;

/// <summary>What a transaction adds to its lines and takes from them, so that the sums of cache_lines are those of cache_entries.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class LineGrowth
{
    private static readonly EntryRows Grow = new("UPDATE cache_lines SET entries = entries + @b, bytes = bytes + @c WHERE id = @a");

    private readonly SortedDictionary<long, (long Entries, long Bytes)> _lines = [];

    public void Add(long lineId, long entries, long bytes)
    {
        var (knownEntries, knownBytes) = _lines.GetValueOrDefault(lineId);
        _lines[lineId] = (knownEntries + entries, knownBytes + bytes);
    }

    public Task WriteAsync(DbTransaction transaction, CancellationToken cancellationToken) =>
        Grow.RunAsync(transaction, [.. _lines.Where(line => line.Value != default).Select(line => new object?[] { line.Key, line.Value.Entries, line.Value.Bytes })], cancellationToken);
}
