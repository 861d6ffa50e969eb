using System.Net.Sockets;
using System.Text;

namespace Quiver.Server.Tests.Support;

/// <summary>A TCP connection that sends any bytes at all, for what no HTTP client can be made to say.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _tcp = new();

    /// <summary>Kept from the start: a connection that the server has closed gives none, and what it sent is still to be read.</summary>
    public Stream Stream { get; private set; } = Stream.Null;

    /// <param name="receiveBuffer">Bytes that the system takes in for a reader that does not read; its own choice by default.</param>
    public static async Task<RawConnection> OpenAsync(Uri address, int? receiveBuffer = null)
    {
        var connection = new RawConnection();
        if (receiveBuffer is { } bytes)
            connection._tcp.ReceiveBufferSize = bytes;
        await connection._tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        connection.Stream = connection._tcp.GetStream();
        return connection;
    }

    public ValueTask SendAsync(string text) => SendAsync(System.Text.Encoding.UTF8.GetBytes(text));

    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => await Stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Everything the server sends until it closes the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var reader = new StreamReader(Stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>One answer with a Content-Length: the status line, headers and body as they came.</summary>
    public async Task<string> ReadAnswerAsync()
    {
        var received = new StringBuilder();
        var piece = new byte[16 * 1024];
        var length = int.MaxValue;
        while (received.Length < length)
        {
            var read = await Stream.ReadAsync(piece, TestContext.Current.CancellationToken);
            if (read == 0)
                break;
            received.Append(System.Text.Encoding.Latin1.GetString(piece, 0, read));
            if (length < int.MaxValue)
                continue;
            var text = received.ToString();
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
                length = end + 4 + int.Parse(text.Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))[16..], null);
        }

        Assert.True(received.Length <= length || length == int.MaxValue, "More was sent than one answer.");
        return received.ToString();
    }

    /// <summary>An interim answer ("100 Continue"): nothing but its head.</summary>
    public async Task<string> ReadInterimAsync()
    {
        var received = new byte[1024];
        var length = await Stream.ReadAtLeastAsync(received, 25, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
        return System.Text.Encoding.Latin1.GetString(received, 0, length);
    }

    public static async Task<string> ExchangeAsync(Uri address, string request)
    {
        using var connection = await OpenAsync(address);
        await connection.SendAsync(request);
        return await connection.ReadToEndAsync();
    }

    public void Dispose() => _tcp.Dispose();
}
