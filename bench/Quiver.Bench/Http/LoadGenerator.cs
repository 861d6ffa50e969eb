using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quiver.Bench.Http;

/// <summary>Sends requests over kept-open connections from one thread, and takes the time of each answer.</summary>
/// <remarks>
/// Closed loop: each connection sends its next request when it has its answer, which finds the capacity. Open loop: requests are due at
/// times that do not depend on the server, and latency counts from then on, however late a connection was free; a server that stalls
/// cannot slow down those who ask ("coordinated omission").
/// </remarks>
internal sealed class LoadGenerator : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IPEndPoint _server;
    private readonly Epoll _epoll = new();
    private readonly List<Connection> _connections = [];
    // The longest idle first: none is idle so long that the server closes it.
    private readonly Queue<Connection> _idle = [];
    private readonly List<AnsweredRequest> _answers = [];
    private readonly byte[] _received = new byte[256 * 1024];
    private long _start;

    public LoadGenerator(int port, int connections)
    {
        _server = new IPEndPoint(IPAddress.Loopback, port);
        while (_connections.Count < connections)
            Open();
    }

    /// <summary>Keeps every connection busy for some time, then waits for the last answers.</summary>
    public LoadResult RunClosed(Func<byte[]> next, TimeSpan time)
    {
        Begin();
        while (_idle.TryDequeue(out var connection))
            Send(connection, next(), Now());
        while (_idle.Count < _connections.Count)
        {
            Receive(milliseconds: 1000);
            while (Now() < time.TotalSeconds && _idle.TryDequeue(out var connection))
                Send(connection, next(), Now());
            RequirePatience(time);
        }

        return new LoadResult([.. _answers], time.TotalSeconds);
    }

    /// <summary>Sends each of some requests once, as connections fall idle.</summary>
    /// <returns>With the time until the last answer.</returns>
    public LoadResult RunAll(IReadOnlyList<byte[]> requests)
    {
        Begin();
        var next = 0;
        while (_answers.Count < requests.Count)
        {
            while (next < requests.Count && _idle.TryDequeue(out var connection))
                Send(connection, requests[next++], Now());
            Receive(milliseconds: 1000);
            RequirePatience(Patience);
        }

        return new LoadResult([.. _answers], Now());
    }

    /// <summary>Sends requests at random times of a given mean rate (a Poisson process), then waits for the last answers.</summary>
    /// <param name="mostConnections">Further connections are opened as they are needed, up to so many.</param>
    public LoadResult RunOpen(Func<byte[]> next, double requestsPerSecond, TimeSpan time, int mostConnections, int seed)
    {
        Begin();
        var random = new Random(seed);
        var waiting = new Queue<double>();
        var due = Gap();
        while (due < time.TotalSeconds || waiting.Count > 0 || _idle.Count < _connections.Count)
        {
            for (; due < time.TotalSeconds && due <= Now(); due += Gap())
                waiting.Enqueue(due);
            while (waiting.Count > 0 && (_idle.TryDequeue(out var connection) || (connection = OpenAnother()) is not null))
                Send(connection, next(), waiting.Dequeue());
            Receive(milliseconds: due < time.TotalSeconds ? 1 : 100);
            RequirePatience(time);
        }

        return new LoadResult([.. _answers], time.TotalSeconds);

        double Gap() => -Math.Log(1 - random.NextDouble()) / requestsPerSecond;

        Connection? OpenAnother()
        {
            if (_connections.Count >= mostConnections)
                return null;
            Open();
            return _idle.Dequeue();
        }
    }

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Socket.Dispose());
        _epoll.Dispose();
    }

    private void Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_server);
        socket.Blocking = false;
        var connection = new Connection(socket);
        _epoll.Watch(socket, _connections.Count);
        _connections.Add(connection);
        _idle.Enqueue(connection);
    }

    private void Begin()
    {
        _answers.Clear();
        _start = Stopwatch.GetTimestamp();
    }

    private double Now() => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    private void Send(Connection connection, byte[] request, double due)
    {
        connection.Due = due;
        var sent = connection.Socket.Send(request, SocketFlags.None, out var error);
        if (error != SocketError.Success)
            throw new SocketException((int)error);
        // A socket's buffer takes any request of these loads; only its first moments may not.
        while (sent < request.Length)
        {
            connection.Socket.Poll(1000, SelectMode.SelectWrite);
            sent += connection.Socket.Send(request.AsSpan(sent), SocketFlags.None, out _);
        }
    }

    private void Receive(int milliseconds)
    {
        foreach (ref readonly var ready in _epoll.Wait(milliseconds))
        {
            var connection = _connections[ready.Number];
            var count = connection.Socket.Receive(_received, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
                continue;
            if (error != SocketError.Success || count == 0)
                throw new InvalidOperationException($"The server closed a connection ({error}).");
            if (!connection.Parser.Take(_received.AsSpan(0, count)))
                continue;
            _answers.Add(new AnsweredRequest(connection.Due, Now(), connection.Parser.Status, connection.Parser.HasRetryAfter));
            _idle.Enqueue(connection);
        }
    }

    private void RequirePatience(TimeSpan time)
    {
        if (Now() > (time + Patience).TotalSeconds)
            throw new TimeoutException($"{_connections.Count - _idle.Count} requests were not answered.");
    }

    private sealed class Connection(Socket socket)
    {
        public Socket Socket => socket;

        public AnswerParser Parser { get; } = new();

        /// <summary>When the request under way was due.</summary>
        public double Due { get; set; }
    }
}
