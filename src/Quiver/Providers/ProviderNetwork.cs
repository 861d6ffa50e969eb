using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Quiver.Providers;

/// <summary>How names become addresses and addresses become connections. The server uses <see cref="System"/>, and nothing in its settings chooses another.</summary>
/// <param name="Resolve">All addresses of a name.</param>
/// <param name="Connect">A connection to one of the addresses, which were judged before.</param>
/// <param name="Trust">Which certificates count; null for those that the system trusts.</param>
internal sealed record ProviderNetwork(
    Func<string, CancellationToken, Task<IPAddress[]>> Resolve,
    Func<IPAddress[], int, CancellationToken, Task<Stream>> Connect,
    X509ChainPolicy? Trust)
{
    public static ProviderNetwork System { get; } = new(Dns.GetHostAddressesAsync, ConnectAsync, null);

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
