using System.Data;
using System.Runtime.InteropServices;
using Dapper;
using Quiver.Storage;

namespace Quiver.Accounts.Keys;

/// <summary>How often keys are used, and when last: counted in memory and written every few seconds, all keys in one transaction.</summary>
/// <remarks>A process that is killed loses the counts of those seconds. Thread-safe.</remarks>
internal sealed class KeyUsage : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly PeriodicTimer _timer;
    private readonly Task _writing;
    private Dictionary<string, Uses> _uses = [];

    public KeyUsage(Database database, TimeProvider time)
    {
        (_database, _time) = (database, time);
        _timer = new PeriodicTimer(Interval, time);
        _writing = WriteRegularlyAsync();
    }

    public void Note(string keyId)
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_gate)
        {
            ref var uses = ref CollectionsMarshal.GetValueRefOrAddDefault(_uses, keyId, out _);
            uses = new Uses(uses.Count + 1, now);
        }
    }

    /// <summary>Writes what was counted. What cannot be written now is written the next time.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, Uses> uses;
        lock (_gate)
        {
            if (_uses.Count == 0)
                return;
            (uses, _uses) = (_uses, []);
        }

        try
        {
            // In one order: replicas that write the same keys would wait for each other in a ring.
            var rows = uses.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => new { id = entry.Key, count = entry.Value.Count, at = entry.Value.LastAt }).ToList();
            await _database.WriteAsync(
                transaction => transaction.Connection!.ExecuteAsync(
                    """
                    UPDATE api_keys SET usage_count = usage_count + @count,
                        last_used_at = CASE WHEN last_used_at > @at THEN last_used_at ELSE @at END
                    WHERE id = @id
                    """,
                    rows,
                    transaction),
                IsolationLevel.ReadCommitted,
                cancellationToken);
        }
        catch
        {
            TakeBack(uses);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _writing;
        try
        {
            await FlushAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // As below; and there is no next time.
        catch (Exception)
#pragma warning restore CA1031
        {
            return;
        }
    }

    private async Task WriteRegularlyAsync()
    {
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                await FlushAsync(CancellationToken.None);
            }
#pragma warning disable CA1031 // Whatever it was, it ends neither the loop nor the server: the counts were taken back, and go with the next tick.
            catch (Exception)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    private void TakeBack(Dictionary<string, Uses> uses)
    {
        lock (_gate)
        {
            foreach (var (id, taken) in uses)
            {
                ref var now = ref CollectionsMarshal.GetValueRefOrAddDefault(_uses, id, out _);
                now = new Uses(now.Count + taken.Count, Math.Max(now.LastAt, taken.LastAt));
            }
        }
    }

    private readonly record struct Uses(long Count, long LastAt);
}
