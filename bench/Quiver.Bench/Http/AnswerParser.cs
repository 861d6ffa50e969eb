using System.Buffers.Text;

namespace Quiver.Bench.Http;

/// <summary>Finds the end of each HTTP/1.1 answer in what a connection receives, and keeps of it what a measurement needs.</summary>
/// <remarks>For answers of servers that are known: lines end in CR LF, headers fit the buffer, no trailers.</remarks>
internal sealed class AnswerParser
{
    private readonly byte[] _head = new byte[4096];
    private int _headLength;
    private long _bodyLeft;
    private bool _chunked;
    private Part _part;

    private enum Part
    {
        Head,
        Body,
        ChunkSize,
        ChunkEnd,
    }

    public int Status { get; private set; }

    public bool HasRetryAfter { get; private set; }

    /// <summary>Takes received bytes.</summary>
    /// <returns>Whether an answer is whole now. There is nothing after it: a connection has one request under way.</returns>
    public bool Take(ReadOnlySpan<byte> received)
    {
        while (true)
        {
            switch (_part)
            {
                case Part.Head:
                    if (!TakeHead(ref received))
                        return false;
                    break;
                case Part.Body:
                    var taken = (int)Math.Min(_bodyLeft, received.Length);
                    received = received[taken..];
                    _bodyLeft -= taken;
                    if (_bodyLeft > 0)
                        return false;
                    if (!_chunked)
                        return Finish();
                    (_part, _headLength) = (Part.ChunkEnd, 0);
                    break;
                case Part.ChunkEnd:
                    if (!TakeLine(ref received))
                        return false;
                    _part = Part.ChunkSize;
                    break;
                case Part.ChunkSize:
                    if (!TakeLine(ref received))
                        return false;
                    var size = Utf8Parser.TryParse(_head.AsSpan(0, _headLength), out long bytes, out _, 'x') ? bytes : 0;
                    _headLength = 0;
                    if (size == 0 && _bodyLeft < 0)
                        return Finish();
                    // After the chunk of no bytes comes one empty line: it is read as a size, and ends the answer.
                    (_part, _bodyLeft) = size == 0 ? (Part.ChunkSize, -1) : (Part.Body, size);
                    break;
            }
        }
    }

    private bool Finish()
    {
        (_part, _headLength, _bodyLeft, _chunked) = (Part.Head, 0, 0, false);
        return true;
    }

    private bool TakeHead(ref ReadOnlySpan<byte> received)
    {
        var scanned = Math.Max(0, _headLength - 3);
        var copied = Math.Min(received.Length, _head.Length - _headLength);
        received[..copied].CopyTo(_head.AsSpan(_headLength));
        var end = _head.AsSpan(scanned, _headLength + copied - scanned).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            _headLength += copied;
            return _headLength < _head.Length ? false : throw new InvalidDataException("The head of an answer is too long.");
        }

        var length = scanned + end + 4;
        received = received[(length - _headLength)..];
        ReadHead(_head.AsSpan(0, length));
        _headLength = 0;
        return true;
    }

    private void ReadHead(ReadOnlySpan<byte> head)
    {
        Status = Utf8Parser.TryParse(head[9..12], out int status, out _) ? status : throw new InvalidDataException("An answer without a status.");
        HasRetryAfter = head.IndexOf("\r\nRetry-After: "u8) >= 0;
        var length = head.IndexOf("\r\nContent-Length: "u8);
        _chunked = length < 0;
        if (_chunked)
        {
            if (head.IndexOf("\r\nTransfer-Encoding: chunked\r\n"u8) < 0)
                throw new InvalidDataException($"An answer without length: {System.Text.Encoding.ASCII.GetString(head)}");
            (_part, _bodyLeft) = (Part.ChunkSize, 0);
            return;
        }

        _bodyLeft = Utf8Parser.TryParse(head[(length + 18)..], out long bytes, out _) ? bytes : throw new InvalidDataException("An answer without a length.");
        _part = Part.Body;
    }

    /// <summary>Collects a line in the head's buffer, without its end.</summary>
    private bool TakeLine(ref ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf((byte)'\n');
        var part = end < 0 ? received : received[..end];
        part.CopyTo(_head.AsSpan(_headLength));
        _headLength += part.Length;
        received = end < 0 ? [] : received[(end + 1)..];
        if (end < 0)
            return false;
        if (_headLength > 0 && _head[_headLength - 1] == '\r')
            _headLength--;
        return true;
    }
}
