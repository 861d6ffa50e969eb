using StackExchange.Redis;

namespace Quiver.Storage;

/// <summary>The one connection to a Redis: opened when it is first needed, and again by itself whenever it was lost.</summary>
/// <remarks>Thread-safe. While there is no connection its commands fail at once; one that Redis does not answer waits, so callers bound their waiting.</remarks>
internal sealed class RedisServer(RedisAddress address) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private bool _disposed;

    /// <summary>The database that the address names.</summary>
    /// <exception cref="RedisConnectionException">There is no connection yet.</exception>
    public async ValueTask<IDatabase> DatabaseAsync(CancellationToken cancellationToken)
    {
        var connecting = Connect();
        var connection = connecting.IsCompletedSuccessfully ? await connecting : await connecting.WaitAsync(cancellationToken);
        return connection.GetDatabase(address.Database);
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_gate)
        {
            _disposed = true;
            connecting = _connecting;
        }

        if (connecting is null)
            return;
        try
        {
            await (await connecting).CloseAsync(allowCommandsToComplete: false);
        }
        catch (RedisConnectionException)
        {
            // It never came to be.
        }
    }

    private Task<ConnectionMultiplexer> Connect()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connecting is null or { IsFaulted: true })
                _connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(address.Options()));
            return _connecting;
        }
    }
}
