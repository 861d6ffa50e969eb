namespace Quiver.Server.Commands.Formats;

/// <summary>Reads a byte stream line by line in bounded memory. Lines end in LF or CRLF; a leading byte order mark is dropped.</summary>
internal sealed class Utf8LineReader(Stream stream, string source) : IDisposable
{
    /// <summary>The longest line, in bytes without its end. A file without line ends must not fill the memory.</summary>
    public const int MaxLineBytes = 16 << 20;

    private const int LineEndBytes = 2;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private int _searched;
    private bool _atEnd;

    /// <summary>The line last read, without its end; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>The number of the line last read, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Bytes of the stream up to the end of the line last read.</summary>
    public long Position { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <returns>False at the end of the stream. A last line without a line end counts; an empty one after the last line end does not.</returns>
    /// <exception cref="InputException">The line is longer than <see cref="MaxLineBytes"/>.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var newline = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Take(_searched + newline, terminator: 1);
                return true;
            }

            _searched = _end;
            if (_atEnd)
            {
                if (_start == _end) return false;
                Take(_end, terminator: 0);
                return true;
            }

            await FillAsync(cancellationToken);
        }
    }

    public void Dispose() => stream.Dispose();

    private void Take(int lineEnd, int terminator)
    {
        var line = _buffer.AsMemory(_start, lineEnd - _start);
        if (terminator == 1 && line.Span is [.., (byte)'\r']) line = line[..^1];
        ThrowIfTooLong(line.Length);
        if (LineNumber == 0 && line.Span.StartsWith(ByteOrderMark)) line = line[ByteOrderMark.Length..];

        Line = line;
        LineNumber++;
        Position += lineEnd + terminator - _start;
        _start = _searched = lineEnd + terminator;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            // Without the end that may still come: the longest line just fits the largest buffer with its CR LF.
            ThrowIfTooLong(_end - (LineEndBytes - 1));
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxLineBytes + LineEndBytes));
        }

        // A blocked read of a terminal or pipe does not notice the token by itself; WaitAsync lets Ctrl+C through at once.
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).AsTask().WaitAsync(cancellationToken);
        _atEnd = read == 0;
        _end += read;
    }

    private void ThrowIfTooLong(int bytes)
    {
        if (bytes > MaxLineBytes) throw new InputException(source, LineNumber + 1, $"longer than {MaxLineBytes >> 20} MiB");
    }
}
