using System.Net;
using System.Net.Sockets;

namespace Quiver.Accounts.Sessions;

/// <summary>How full buckets are that attempts fill and time empties.</summary>
/// <remarks>In this process. Nothing is kept of an attempt that does not fit. Thread-safe.</remarks>
internal sealed class AttemptLevels(TimeProvider time)
{
    private const int SweepAt = 10_000;
    private const int Most = 100_000;

    /// <summary>No bucket takes longer to empty.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Level> _levels = [];

    /// <summary>One who has a network of IPv6 has more addresses than could be counted.</summary>
    public static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <summary>Counts an attempt in each bucket, or in none.</summary>
    /// <returns>Zero where it was counted; otherwise how long until it may be.</returns>
    public TimeSpan Add((string Key, AttemptBucket Bucket)[] buckets)
    {
        lock (_gate)
        {
            Sweep();
            var wait = buckets.Max(entry => WaitFor(entry.Key, entry.Bucket));
            if (wait == TimeSpan.Zero)
                Change(buckets, 1);
            return wait;
        }
    }

    public void TakeBack((string Key, AttemptBucket Bucket)[] buckets)
    {
        lock (_gate)
            Change(buckets, -1);
    }

    private TimeSpan WaitFor(string key, AttemptBucket bucket)
    {
        var over = LevelOf(key, bucket) + 1 - bucket.Limit;
        return over > 0 ? over * bucket.PerAttempt : TimeSpan.Zero;
    }

    private double LevelOf(string key, AttemptBucket bucket) =>
        _levels.TryGetValue(key, out var level) ? Math.Max(0, level.Value - (time.GetElapsedTime(level.At) / bucket.PerAttempt)) : 0;

    private void Change((string Key, AttemptBucket Bucket)[] buckets, int attempts)
    {
        foreach (var (key, bucket) in buckets)
            _levels[key] = new Level(Math.Max(0, LevelOf(key, bucket) + attempts), time.GetTimestamp());
    }

    private void Sweep()
    {
        if (_levels.Count < SweepAt)
            return;
        foreach (var (key, level) in _levels)
        {
            if (time.GetElapsedTime(level.At) > Longest)
                _levels.Remove(key);
        }

        if (_levels.Count > Most)
            _levels.Clear();
    }

    private readonly record struct Level(double Value, long At);
}

/// <param name="Limit">Attempts at once.</param>
/// <param name="PerAttempt">After which one more is allowed.</param>
internal sealed record AttemptBucket(double Limit, TimeSpan PerAttempt);
