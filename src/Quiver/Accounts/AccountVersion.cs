using Quiver.Diagnostics;
using Quiver.Storage;

namespace Quiver.Accounts;

/// <summary>
/// What this process last saw of <see cref="AccountChanges"/>. What it keeps in memory carries the version that was current before it was read
/// from the database, and is good for as long as that is current.
/// </summary>
/// <remarks>
/// Asks only while requests come, at most every 400 ms, once for all that wait. While the database is away nobody waits for it, and what is in
/// memory stays good for five minutes: whoever could revoke a key cannot do it then either. Thread-safe.
/// </remarks>
internal sealed class AccountVersion(Database database, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private Task? _asking;
    private long _version = -1;
    private long _seenAt;
    private long _askedAt;
    private bool _isAway;

    /// <summary>-1 before the first answer.</summary>
    public long Current => Volatile.Read(ref _version);

    /// <summary>Sees to it that <see cref="Current"/> is of this moment, or nearly.</summary>
    /// <exception cref="QuiverException"><see cref="ErrorKind.Unavailable"/>: the database is away, and what was seen is too old.</exception>
    public ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        Task asking;
        lock (_gate)
        {
            if (_version >= 0 && time.GetElapsedTime(_seenAt) <= Interval)
                return ValueTask.CompletedTask;
            if (_asking is null && (!_isAway || time.GetElapsedTime(_askedAt) > Interval))
                _asking = AskAsync();
            if (_isAway && time.GetElapsedTime(_seenAt) <= Grace && _version >= 0)
                return ValueTask.CompletedTask;
            asking = _asking ?? Task.CompletedTask;
        }

        return new ValueTask(WaitAsync(asking, cancellationToken));
    }

    private async Task WaitAsync(Task asking, CancellationToken cancellationToken)
    {
        await asking.WaitAsync(cancellationToken);
        lock (_gate)
        {
            if (_isAway && (_version < 0 || time.GetElapsedTime(_seenAt) > Grace))
                throw new QuiverException(ErrorKind.Unavailable, "The database is not available. Please try again later.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }
    }

    /// <summary>Never fails: what it finds stands in the fields.</summary>
    private async Task AskAsync()
    {
        var start = time.GetTimestamp();
        // Off the caller's stack: it holds the gate.
        await Task.Yield();
        long? version = null;
        try
        {
            version = await AccountChanges.VersionAsync(database, CancellationToken.None);
        }
        catch (QuiverException)
        {
            // Away.
        }
        finally
        {
            lock (_gate)
            {
                (_asking, _askedAt, _isAway) = (null, start, version is null);
                if (version is { } seen)
                    (_version, _seenAt) = (seen, start);
            }
        }
    }
}
