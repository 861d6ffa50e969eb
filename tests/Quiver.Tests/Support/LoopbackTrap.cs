using System.Net;
using System.Net.Sockets;

namespace Quiver.Tests.Support;

/// <summary>Listens on one port of loopback addresses all over 127.0.0.0/8 and on ::1, and counts who comes.</summary>
internal sealed class LoopbackTrap : IDisposable
{
    private readonly List<TcpListener> _listeners = [];
    private readonly SemaphoreSlim _came = new(0);
    private int _connections;

    public LoopbackTrap()
    {
        foreach (var address in Addresses)
        {
            var listener = new TcpListener(address, Port);
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
            _listeners.Add(listener);
            _ = CountAsync(listener);
        }
    }

    public static IReadOnlyList<IPAddress> Addresses { get; } =
        [.. ((string[])["127.0.0.1", "127.0.0.2", "127.0.1.1", "127.1.2.3", "127.128.0.1", "127.255.255.254", "::1"]).Select(IPAddress.Parse)];

    public int Port { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Until so many have come.</summary>
    public async Task WaitAsync(int connections)
    {
        for (var i = 0; i < connections; i++)
            await _came.WaitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => _listeners.ForEach(listener => listener.Dispose());

    private async Task CountAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _connections);
                _came.Release();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
