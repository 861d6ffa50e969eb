namespace Quiver.Server.Telemetry;

/// <summary>Takes log lines from any thread and writes them from one of its own, many at a time.</summary>
/// <remarks>
/// Thread-safe. A caller copies its line and goes on; it never waits for the disk or a pipe. Lines that come faster than they can be
/// written are given up once <see cref="Capacity"/> is full, and counted.
/// </remarks>
internal sealed class LogWriter : IDisposable
{
    /// <summary>Bytes of lines that may wait; as many again may be under way.</summary>
    public const int Capacity = 4 * 1024 * 1024;

    /// <summary>How long a line may wait for others to be written together with it: one write for each line would cost more than the request.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(10);

    /// <summary>How long the end waits for a reader of the log that does not read.</summary>
    private static readonly TimeSpan TimeToFlush = TimeSpan.FromSeconds(5);

    private readonly object _gate = new();
    private readonly Action<ReadOnlySpan<byte>> _write;
    private readonly IDisposable? _sink;
    private readonly Thread _thread;
    private byte[] _waiting = GC.AllocateUninitializedArray<byte>(Capacity);
    private byte[] _underWay = GC.AllocateUninitializedArray<byte>(Capacity);
    private int _length;
    private long _dropped;
    private bool _urgent;
    private bool _closed;

    /// <param name="write">Writes whole lines. Called on one thread only. An exception loses those lines and no others.</param>
    /// <param name="sink">What the lines are written to, if it has to be closed: on the same thread, after the last of them.</param>
    public LogWriter(Action<ReadOnlySpan<byte>> write, IDisposable? sink = null)
    {
        (_write, _sink) = (write, sink);
        _thread = new Thread(Run) { IsBackground = true, Name = "quiver log" };
        _thread.Start();
    }

    /// <summary>Lines given up so far.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <param name="line">Whole, with its line end.</param>
    /// <param name="urgent">Whether it shall be written at once, and not with those to come.</param>
    public void Append(ReadOnlySpan<byte> line, bool urgent)
    {
        lock (_gate)
        {
            if (_closed || line.Length > Capacity - _length)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            line.CopyTo(_waiting.AsSpan(_length));
            var wasEmpty = _length == 0;
            _length += line.Length;
            _urgent |= urgent;
            if (wasEmpty || urgent || (_length > Capacity / 2 && _length - line.Length <= Capacity / 2))
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join(TimeToFlush);
    }

    private void Run()
    {
        while (Take() is { Length: > 0 } lines)
            Write(lines.Span);
        _sink?.Dispose();
    }

    /// <summary>Waits for lines, and for a moment more, so that they are many.</summary>
    /// <returns>Nothing once all is written and the writer closed.</returns>
    private ReadOnlyMemory<byte> Take()
    {
        lock (_gate)
        {
            while (_length == 0 && !_closed)
                Monitor.Wait(_gate);
            if (!_urgent && !_closed && _length <= Capacity / 2)
                Monitor.Wait(_gate, Linger);
            (_waiting, _underWay) = (_underWay, _waiting);
            var lines = _underWay.AsMemory(0, _length);
            (_length, _urgent) = (0, false);
            return lines;
        }
    }

    private void Write(ReadOnlySpan<byte> lines)
    {
        try
        {
            _write(lines);
        }
#pragma warning disable CA1031 // An exception that leaves the thread would end the process: no log is worth that.
        catch (Exception)
#pragma warning restore CA1031
        {
            // A full disk or a reader that left. There is nowhere to tell of it but in the metric.
            Interlocked.Add(ref _dropped, lines.Count((byte)'\n'));
        }
    }
}
