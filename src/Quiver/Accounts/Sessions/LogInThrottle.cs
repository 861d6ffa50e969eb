using System.Net;
using System.Net.Sockets;
using Quiver.Accounts.Users;
using Quiver.Diagnostics;

namespace Quiver.Accounts.Sessions;

/// <summary>
/// Slows down who guesses passwords: by address, by account, and more tightly by both. Nobody is locked out: what was tried leaks away, and
/// a right password takes its own attempt back.
/// </summary>
/// <remarks>
/// In this process. An attempt is counted before its password is looked at, so that many at once get no further than many in turn. What is
/// kept is bounded by how fast passwords can be hashed, since nothing is kept of an attempt that is refused. Thread-safe.
/// </remarks>
internal sealed class LogInThrottle(TimeProvider time)
{
    private const int SweepAt = 10_000;
    private const int Most = 100_000;

    private static readonly Bucket PerAccountAndAddress = new(5, TimeSpan.FromSeconds(30));
    private static readonly Bucket PerAddress = new(30, TimeSpan.FromSeconds(10));
    private static readonly Bucket PerAccount = new(100, TimeSpan.FromSeconds(3));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Level> _levels = [];

    /// <summary>Counts an attempt.</summary>
    /// <returns>What takes it back: for a password that was right, and for one that was never looked at.</returns>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Overloaded"/>, with the time to wait.</exception>
    public Action Begin(string email, IPAddress? address)
    {
        var (account, source) = (EmailAddress.KeyOf(email), NetworkOf(address));
        (string Key, Bucket Bucket)[] counted = [($"b|{source}|{account}", PerAccountAndAddress), ($"s|{source}", PerAddress), ($"a|{account}", PerAccount)];
        lock (_gate)
        {
            Sweep();
            var wait = counted.Max(entry => WaitFor(entry.Key, entry.Bucket));
            if (wait > TimeSpan.Zero)
                throw new QuiverException(ErrorKind.Overloaded, "Too many attempts to log in. Please try again later.") { RetryAfter = wait };
            Add(counted, 1);
        }

        return () =>
        {
            lock (_gate)
                Add(counted, -1);
        };
    }

    private TimeSpan WaitFor(string key, Bucket bucket)
    {
        var over = LevelOf(key, bucket) + 1 - bucket.Limit;
        return over > 0 ? over * bucket.PerAttempt : TimeSpan.Zero;
    }

    private double LevelOf(string key, Bucket bucket) =>
        _levels.TryGetValue(key, out var level) ? Math.Max(0, level.Value - (time.GetElapsedTime(level.At) / bucket.PerAttempt)) : 0;

    private void Add((string Key, Bucket Bucket)[] counted, int attempts)
    {
        foreach (var (key, bucket) in counted)
            _levels[key] = new Level(Math.Max(0, LevelOf(key, bucket) + attempts), time.GetTimestamp());
    }

    private void Sweep()
    {
        if (_levels.Count < SweepAt)
            return;
        foreach (var (key, level) in _levels)
        {
            if (time.GetElapsedTime(level.At) > PerAccount.Limit * PerAccount.PerAttempt)
                _levels.Remove(key);
        }

        if (_levels.Count > Most)
            _levels.Clear();
    }

    /// <summary>One who has a network of IPv6 has more addresses than could be counted.</summary>
    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4().ToString();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    /// <param name="Limit">Attempts at once.</param>
    /// <param name="PerAttempt">After which one more is allowed.</param>
    private sealed record Bucket(double Limit, TimeSpan PerAttempt);

    private readonly record struct Level(double Value, long At);
}
